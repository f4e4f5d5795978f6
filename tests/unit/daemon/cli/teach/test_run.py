"""The command `soundpost teach`, as a person types it."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from made_clips import RATE_HZ, doorbell, quiet_background, write_clips
from taught_node import LABEL, TaughtNode, embedder, make_node

from soundpost.audio import Pcm
from soundpost.cli import main
from soundpost.heads import current_version
from soundpost.heads.background import BackgroundMinute
from soundpost.heads.background.minute import encode_minute, file_name
from soundpost.review import Decision, ReviewEvent, Verdict, open_store
from soundpost.review.event import OriginKind, Place


@pytest.fixture(autouse=True)
def _keep_the_priority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keeps the process of the tests at its priority, and away from the user's verdicts."""
    monkeypatch.setattr(os, "nice", lambda _: 0)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> TaughtNode:
    """Provides the clips of a node, and its folder of heads."""
    made = make_node(tmp_path_factory.mktemp("node"), bells=4)
    (made.heads.parent / "soundpost.toml").write_text(f'heads.folder = "{made.heads}"\n')
    return made


def run(node: TaughtNode, *arguments: object) -> int:
    """Runs `soundpost teach` with the node's configuration."""
    config = node.heads.parent / "soundpost.toml"
    return main(["teach", "--config", str(config), *map(str, arguments)])


def test_a_label_is_taught_listed_taught_again_and_removed(
    node: TaughtNode, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One label's whole life; each step prints the next one."""
    assert run(node, "--list") == 0
    assert "no label was taught yet" in capsys.readouterr().out

    folder = node.bells[0].parent
    others = node.others[0].parent
    flags = ("--not", others, "--background", node.background, "--keep-sounds")
    assert run(node, LABEL, folder, *flags, "--dry-run") == 0
    out = capsys.readouterr().out
    assert f"{LABEL} would be taught, and was not stored" in out
    assert "detected: 4 of 4 recordings" in out
    assert "next:" not in out
    assert not (node.heads / LABEL).exists()
    assert run(node, LABEL, folder, *flags) == 0
    out = capsys.readouterr().out
    assert f"{LABEL} is taught, version 1" in out
    assert "detected: 4 of 4 recordings" in out
    assert "it would have been detected 0 times" in out
    assert "next: sudo systemctl reload soundpost" in out

    (new,) = write_clips(tmp_path / "new", [doorbell(77)])
    assert run(node, LABEL, "--again", new, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["version"] == 2
    assert result["figures"]["recordings"] == 5
    assert result["figures"]["other_recordings"] == 3
    assert result["figures"]["background_hours"] == pytest.approx(1 / 60, rel=0.1)

    assert run(node, "--list", "--json") == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["label"], listed["problem"]) == (LABEL, None)
    assert listed["head"]["version"] == 2

    assert run(node, LABEL, "--undo") == 0
    assert current_version(node.heads / LABEL) == 1
    assert run(node, LABEL, "--undo") == 1
    assert run(node, "--list") == 0
    listed_text = capsys.readouterr().out
    assert f"{LABEL}  version 1" in listed_text
    assert "4 recordings, 100% of them detected; budget 0.5" in listed_text

    exported = tmp_path / "exported"
    assert run(node, LABEL, "--export", exported) == 0
    assert "soundpost-train quick" in capsys.readouterr().out
    assert len(list((exported / "sounds" / LABEL).iterdir())) == 4
    assert len(list((exported / "background").iterdir())) == 3
    assert run(node, LABEL, "--export", exported) == 1

    assert run(node, LABEL, "--remove") == 0
    assert list(node.heads.iterdir()) == []
    assert run(node, LABEL, "--remove") == 1


def test_an_error_is_one_line_of_json_too(
    node: TaughtNode, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """For a program that starts it; the log has it as well, and the status is the same."""
    assert run(node, "dog", "x.wav", "--json") == 1
    printed = capsys.readouterr()
    failure = json.loads(printed.out)
    assert "has a label dog of its own" in failure["error"]
    assert failure["hint"] == "give it another name, such as my_dog: it is detected beside that one"
    missing = ["teach", "--config", str(tmp_path / "absent.toml"), LABEL, "--undo", "--json"]
    assert main(missing) == 78
    assert "absent.toml" in json.loads(capsys.readouterr().out)["error"]


def test_a_filter_of_system_calls_leaves_the_priority_as_it_is(
    node: TaughtNode, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It teaches all the same."""

    def refuse(_: int) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "nice", refuse)
    assert run(node, LABEL) == 1
    assert "expected at least 3 different clips" in caplog.text


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["Gate Bell", "x.wav"], 1, "did you mean gate_bell"),
        (["dog", "x.wav"], 1, "a label dog of its own"),
        ([LABEL], 1, "expected at least 3 different clips of gate_bell, got 0"),
        ([LABEL, "a.wav", "b.wav", "c.wav"], 1, "a.wav does not exist"),
        ([], 1, "no label is named"),
        ([LABEL, "--undo"], 1, "no label gate_bell was taught"),
        (["../x", "--remove"], 1, "no label ../x was taught"),
        ([LABEL, "--again"], 1, "no head gate_bell"),
        (["--again", LABEL], 1, "no head gate_bell"),
        ([LABEL, "--suggest", "3"], 1, "no event of gate_bell waits"),
        ([LABEL, "--export", "absent"], 1, "no label gate_bell was taught"),
        (["../heads", "--export", "absent"], 1, "no label ../heads was taught"),
    ],
)
def test_what_cannot_be_done_is_an_error_with_a_hint(
    arguments: list[str],
    status: int,
    message: str,
    node: TaughtNode,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No head is stored."""
    assert run(node, *arguments) == status
    assert message in caplog.text
    assert "hint:" in caplog.text
    assert not (node.heads / LABEL).exists()


def test_the_time_of_earlier_clips_is_no_background_either(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taught again within the hour, and from another folder than at first."""
    made = make_node(tmp_path, bells=4)
    (tmp_path / "soundpost.toml").write_text(f'heads.folder = "{made.heads}"\n')
    store_minute(tmp_path / "background", quiet_background(60.0))
    sidecar = {"clip": made.bells[0].name, "start": "2026-11-21T07:30:20.000Z", "seconds": 14.0}
    sidecar |= {"onset_seconds": 3.0, "offset_seconds": 8.0, "muted": [], "detection": {}}
    made.bells[0].with_suffix(".json").write_text(json.dumps(sidecar))
    monkeypatch.chdir(tmp_path)
    for arguments in (["bells"], ["--again"]):
        assert run(made, LABEL, *arguments, "--json") == 0
        figures = json.loads(capsys.readouterr().out)["figures"]
        assert figures["recordings"] == 4
        assert 0.0 < figures["background_hours"] < 45 / 3_600
        monkeypatch.chdir(made.heads)


def test_the_store_of_the_verdicts_is_logged(
    node: TaughtNode, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A person sees that a review was stored elsewhere; the page has a store of its own."""
    caplog.set_level("INFO")
    assert run(node, LABEL, node.bells[0].parent, "--background", node.background) == 0
    assert "by the verdicts" not in caplog.text
    store = tmp_path / "review.db"
    assert run(node, LABEL, "--again", "--store", store, "--dry-run") == 0
    assert f"no further clip of {LABEL} by the verdicts in {store}; --store names" in caplog.text
    (clip,) = write_clips(tmp_path / "clips", [doorbell(91)])
    with open_store(store) as opened:
        origin = opened.add_origin(OriginKind.CLIPS, clip.parent, clip.parent)
        opened.add_events(origin, [ReviewEvent("0", LABEL, 0.9, Place(clip.name, 0.2, 1.8))])
        opened.record([Decision("0", Verdict.RIGHT)])
    assert run(node, LABEL, "--again", "--store", store, "--dry-run") == 0
    assert f"by the verdicts in {store}: clips of {LABEL}: 1, of other sounds: 0" in caplog.text
    assert run(node, LABEL, "--remove") == 0


def test_an_event_of_the_label_without_a_verdict_is_no_background_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bell rang in the last hour, and the service detected it."""
    made = make_node(tmp_path, bells=4)
    (tmp_path / "soundpost.toml").write_text(f'heads.folder = "{made.heads}"\n')
    assert run(made, LABEL, *made.bells, "--background", made.background) == 0
    bell, at = doorbell(50), 30 * RATE_HZ
    samples = quiet_background(60.0)
    samples[at : at + len(bell)] += bell
    store_minute(tmp_path / "background", samples)
    capsys.readouterr()
    assert run(made, LABEL, "--again", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["unreviewed_events"] == 1
    assert result["figures"]["events"] == []
    assert 60 / 3_600 < result["figures"]["background_hours"] < 114 / 3_600


def store_minute(folder: Path, samples: Pcm) -> None:
    """Stores a minute of background, as the service does."""
    windows = embedder().embed(samples)
    start_ns = round(datetime(2026, 11, 21, 7, 30, tzinfo=UTC).timestamp()) * 1_000_000_000
    times = start_ns + windows.starts * 1_000_000_000 // embedder().rate_hz
    zeros = np.zeros(len(times))
    minute = BackgroundMinute(
        times, windows.embeddings, zeros.astype(np.int16), zeros.astype(np.float32)
    )
    backbone = embedder().backbone
    folder.mkdir()
    content = encode_minute(minute, backbone.sha256)
    (folder / file_name(backbone.id, start_ns)).write_bytes(content)


def test_a_clip_on_both_sides_is_refused(
    node: TaughtNode, caplog: pytest.LogCaptureFixture
) -> None:
    """It cannot be the label and another sound."""
    assert run(node, LABEL, *node.bells, "--not", node.bells[0]) == 1
    assert "given as the sound and as another one" in caplog.text


def test_a_refusal_has_exit_status_1_and_names_the_sounds(
    node: TaughtNode, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """By file and time, so that a person can listen."""
    place = write_clips(tmp_path, [doorbell(seed, 3.0) for seed in range(40, 70)])
    assert run(node, LABEL, *node.bells, "--background", *place) == 1
    out = capsys.readouterr().out
    assert f"{LABEL} is not taught" in out
    assert "listen to these sounds" in out
    assert ".wav at 0:00:0" in out


def test_without_a_folder_for_heads_nothing_is_taught(
    node: TaughtNode, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine without the service and its configuration."""
    monkeypatch.setattr("soundpost.cli.teach.run.heads_folder", lambda _: None)
    assert run(node, LABEL, *node.bells) == 1
    assert "heads.folder" in caplog.text
