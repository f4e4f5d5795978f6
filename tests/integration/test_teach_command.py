"""A label is taught over MQTT: real daemon, real broker, clips that the node has recorded."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from command_client import BASE, Commander
from daemon_process import DETECTIONS, STATUS
from jsonschema import Draft202012Validator
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from teaching_node import (
    LABEL,
    LONGEST_SECONDS,
    RING_SECONDS,
    TeachingNode,
    children,
    teach_payload,
)

from soundpost.heads import current_version, load_head, version_folder
from soundpost.heads.store import versions

pytestmark = pytest.mark.timeout(1_200)
SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "schema" / "result-1.json"


def teach(commander: Commander, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Sends the command `teach`; returns its final result, which fits its schema."""
    result = commander.run("teach", label=LABEL, within_seconds=LONGEST_SECONDS, **fields)
    if result["status"] == "done" and "dry_run" not in fields:
        wait_until_it_is_back(commander, f"after-{result['id']}")
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(result)
    return result


def wait_until_it_is_back(commander: Commander, command_id: str) -> None:
    """Returns once the node has read its heads again and executes commands.

    A command that is sent meanwhile is refused or lost, and is sent again with its id.
    """
    payload = json.dumps({"id": command_id}).encode()

    def is_back() -> bool:
        commander.send("unmute", payload)
        time.sleep(0.5)
        return any(each["status"] == "done" for each in commander.results(command_id))

    wait_until(is_back)


def test_a_bell_that_the_node_has_recorded_is_taught_and_detected(
    teaching_node: TeachingNode, commander: Commander, subscriber: Subscriber
) -> None:
    """Clips by capture-now teach; the next ring is detected without a restart; undo takes it."""
    _, others = teaching_node.store(0, 3)
    with teaching_node.run() as daemon:
        commander.settings()
        clips: list[str] = []
        while len(clips) < 5:
            clip = commander.run("capture-now", seconds=RING_SECONDS - 1.0)
            clips += [clip["clip"]]
        flags: dict[str, Any] = {"clips": clips, "not": others}
        tried = teach(commander, **flags, dry_run=True)
        assert (tried["status"], tried["teach"]["version"]) == ("done", None)
        assert f"{LABEL} would be taught: 5 of 5 recordings" in tried["message"]
        assert not (teaching_node.heads / LABEL).exists()

        taught = teach(commander, **flags)
        statuses = [each["status"] for each in commander.results(taught["id"])]
        assert statuses == ["started", "done"], taught
        assert "is taught, version 1: 5 of 5 recordings are detected" in taught["message"]
        figures = taught["teach"]
        assert (figures["version"], figures["recordings"], figures["detected"]) == (1, 5, 5)
        assert figures["unused"] == []

        def is_detected(_: object) -> bool:
            found = [json.loads(message.payload) for message in subscriber.on(DETECTIONS)]
            return any(row["label"] == LABEL and row["state"] == "confirmed" for row in found)

        subscriber.wait_for(is_detected)
        first = teach(commander, undo=True)
        assert first["status"] == "failed"
        assert "has none before it" in first["message"]
        assert first["hint"] == "use `remove` to remove the label"
        again = teach(commander, again=True, clips=[], **{"not": others})
        assert again["teach"]["version"] == 2
        undone = teach(commander, undo=True)
        assert (undone["status"], undone["message"]) == ("done", f"{LABEL} is version 1 again")
        assert current_version(teaching_node.heads / LABEL) == 1
        removed = teach(commander, remove=True)
        assert (removed["status"], removed["message"]) == ("done", f"{LABEL} is removed")
        assert not (teaching_node.heads / LABEL).exists()
        assert daemon.process.poll() is None
        status, errors = daemon.terminate()
    assert (status, "Traceback" in errors) == (0, False)


def test_teaching_is_a_process_of_low_priority_that_ends_with_the_daemon(
    teaching_node: TeachingNode, commander: Commander
) -> None:
    """One at a time; the daemon answers meanwhile; a kill of it leaves none, and whole heads."""
    clips, others = teaching_node.store(12, 3)
    with teaching_node.run() as daemon:
        commander.settings()
        taught = teach(commander, clips=clips, **{"not": others})
        assert taught["status"] == "done", taught
        commander.send("teach", teach_payload("k1", clips=clips, again=True))
        wait_until(lambda: bool(children(daemon.process.pid)))
        (child,) = children(daemon.process.pid)
        wait_until(lambda: os.getpriority(os.PRIO_PROCESS, child) >= 10)
        score = int(Path(f"/proc/{child}/oom_score_adj").read_text())
        assert score > int(Path(f"/proc/{daemon.process.pid}/oom_score_adj").read_text())
        busy = teach(commander, clips=clips)
        assert (busy["status"], "being taught already" in busy["message"]) == ("refused", True)
        assert commander.run("unmute")["status"] == "done"
        daemon.kill()
        wait_until(lambda: not Path(f"/proc/{child}").exists())
    for version in versions(teaching_node.heads / LABEL):
        load_head(version_folder(teaching_node.heads / LABEL, version))
    with teaching_node.run() as daemon:
        wait_until_it_is_back(commander, "back")
        commander.send("teach", teach_payload("k1", clips=clips, again=True))
        wait_until(lambda: len(commander.results("k1")) > 1)
        assert "was restarted before" in commander.results("k1")[-1]["message"]
        commander.send("teach", teach_payload("k2", clips=clips, again=True))
        wait_until(lambda: bool(children(daemon.process.pid)))
        daemon.terminate()
    assert [each["status"] for each in commander.results("k2")] == ["started", "failed"]
    assert "stopping" in commander.results("k2")[-1]["message"]


def test_what_cannot_be_taught_is_refused_in_plain_words(
    teaching_node: TeachingNode, commander: Commander, subscriber: Subscriber
) -> None:
    """Whatever is sent, the daemon goes on, and nothing is stored."""
    clips, _ = teaching_node.store(4)
    gone = clips[0].replace("requested", "dog")
    (teaching_node.clips / gone.replace("dog", "cat")).symlink_to("/etc/passwd")
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"clips": ["../../etc/passwd"]}, "refused", "clips: expected a list of at most 60"),
        ({"clips": ["/etc/passwd"]}, "refused", "clips: expected a list"),
        ({"clips": clips * 16}, "refused", "clips: expected a list of at most 60"),
        ({"clips": [*clips, gone]}, "refused", f"there is no clip {gone} here"),
        ({"clips": [*clips, gone.replace("dog", "cat")]}, "refused", "there is no clip"),
        ({"clips": clips, "label": "dog"}, "refused", "has a label dog of its own"),
        ({"clips": clips, "label": "x" * 65}, "refused", "expected a label of lower-case"),
        ({"clips": clips, "label": "x" * 201}, "refused", "label: expected a name of 1 to 200"),
        ({"clips": clips, "label": "--config=/etc/passwd"}, "refused", "expected a label of"),
        ({"clips": clips, "label": "a/../b"}, "refused", "expected a label of lower-case"),
        ({"undo": True, "label": "../clips"}, "refused", "no label ../clips was taught"),
        ({"remove": True, "label": "."}, "refused", "no label . was taught"),
        ({"remove": True, "label": "\x00"}, "refused", "was taught"),
        ({"undo": True, "remove": True}, "refused", "undo and remove exclude each other"),
        ({"undo": True, "clips": clips}, "refused", "undo takes a label alone"),
        ({"undo": True}, "failed", f"no label {LABEL} was taught"),
        ({"clips": clips[:2]}, "failed", "expected at least 3 different clips"),
        ({"clips": [], "again": True}, "failed", f"no head {LABEL}"),
        ({"clips": clips, "not": clips[:1]}, "failed", "given as the sound and as another"),
    ]
    with teaching_node.run() as daemon:
        commander.settings()
        for fields, status, reason in cases:
            result = commander.run(
                "teach", within_seconds=LONGEST_SECONDS, **({"label": LABEL} | fields)
            )
            assert (result["status"], reason in result["message"]) == (status, True), result
            assert result["hint"]
        assert children(daemon.process.pid) == []
        teaching_node.heads.write_text("a file in the place of the folder")
        before = time.monotonic()
        stuck = commander.run("teach", label=LABEL, clips=clips, within_seconds=LONGEST_SECONDS)
        assert (stuck["status"], bool(stuck["hint"])) == ("failed", True), stuck
        assert time.monotonic() - before < LONGEST_SECONDS
        _, errors = daemon.terminate()
    assert "Traceback" not in errors
    assert [m.text for m in subscriber.on(STATUS)].count("offline") == 1
    assert f"{BASE}/command" not in errors


@pytest.mark.timeout(1_200)
def test_a_full_disk_refuses_a_head_and_the_daemon_goes_on(
    tmp_path: Path,
    broker: Broker,
    commander: Commander,
    disk: Any,  # noqa: ANN401 - full_disk.Disk
) -> None:
    """The version in use stays; the same command succeeds when there is space again."""
    node = TeachingNode(tmp_path, broker)
    node.configure(f'heads.folder = "{disk.folder}/heads"')
    clips, others = node.store(5, 3)
    flags = {"clips": clips, "not": others}
    with node.run() as daemon:
        commander.settings()
        disk.fill()
        full = teach(commander, **flags)
        assert (full["status"], "No space left" in full["message"]) == ("failed", True), full
        disk.empty()
        assert teach(commander, **flags)["teach"]["version"] == 1
        _, errors = daemon.terminate()
    assert "Traceback" not in errors
