"""The command that sends a clip, by the executor."""

from pathlib import Path

from command_harness import RUNNING, CommandNode

from soundpost.classify.model import Model
from soundpost.messages.clip_piece import BUSY

NAME = "20261120T073121Z-dog-6da2fa14.flac"


def test_a_clip_is_sent_by_a_node_that_may(model: Model, tmp_path: Path) -> None:
    """One at a time; the next command is refused until then, and can be repeated."""
    (tmp_path / NAME).write_bytes(b"fLaC")
    node = CommandNode(tmp_path, model, sent_clips=tmp_path)
    started = node.execute("clip", "a1", file=NAME)
    assert (started["status"], started["message"]) == ("started", "4 bytes are sent in pieces")
    busy = node.execute("clip", "a2", file=NAME)
    assert (busy["status"], busy["message"]) == ("refused", BUSY)
    node.executor.close()
    ended = node.results[-1]
    assert (ended["id"], ended["status"]) == ("a1", "failed")
    assert "stopping" in ended["message"]


def test_a_lost_microphone_does_not_end_it(model: Model, tmp_path: Path) -> None:
    """It needs no sound."""
    (tmp_path / NAME).write_bytes(b"fLaC")
    node = CommandNode(tmp_path, model, sent_clips=tmp_path)
    node.execute("clip", file=NAME)
    waiting = RUNNING.__class__(is_waiting=True)
    for _ in range(5):
        node.executor.tick(waiting)
    assert [result["status"] for result in node.results] == ["started"]


def test_no_clip_is_sent_by_default(model: Model, tmp_path: Path) -> None:
    """Nor another file, whatever the node may send."""
    refused = CommandNode(tmp_path, model).execute("clip", file=NAME)
    assert (refused["status"], refused["hint"]) == ("refused", "set evidence.send_clips")
    node = CommandNode(tmp_path, model, sent_clips=tmp_path)
    for file in ("../secret.json", "commands.json", NAME + "/", "/etc/passwd"):
        refused = node.execute("clip", f"b{len(file)}", file=file)
        assert refused["status"] == "refused"
    missing = node.execute("clip", "c1", file=NAME)
    assert (missing["status"], "no clip file" in missing["message"]) == ("refused", True)
