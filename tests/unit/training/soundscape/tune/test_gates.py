"""Gates are measured with the real program."""

import dataclasses
from pathlib import Path

import pytest

from soundpost_training.errors import TrainingError
from soundpost_training.soundscape.compose.ground_truth import read_ground_truth
from soundpost_training.soundscape.compose.recipe import read_scene
from soundpost_training.soundscape.tune import gates


def test_each_gate_is_compared_with_none(
    soundscape: Path, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a gate every share is 100 %; only recordings with all labels are run."""
    monkeypatch.setattr(gates, "GATES", ("always", "level"))
    scene, ground_truth = read_scene(soundscape), read_ground_truth(soundscape)
    always, level = gates.measure_gates(soundscape, scene, ground_truth, tiny_folder)
    assert (always.open_on, level.open_on) == ("always", "level")
    assert always.processor_share == 1.0
    assert (always.sounds, level.sounds) == (2, 2)
    assert always.hours == pytest.approx(20 / 3600)
    assert always.processor_seconds > 0.0


def test_an_output_line_with_an_offset_is_an_event() -> None:
    """The message that starts an event has no offset; a retracted event is not confirmed."""
    line = '{"state":"%s","label":"dog","onset":"%s","offset":%s,"clip":"/a/b.flac","seq":1}\n'
    onset, offset = "1970-01-01T00:00:01.500Z", '"1970-01-01T00:00:02Z"'
    output = line % ("started", onset, "null")
    output += line % ("retracted", onset, offset) + line % ("ended", onset, offset)
    detected = gates._detected_events(output.encode(), [Path("b.flac"), Path("c.flac")])  # noqa: SLF001 - the program gives no such output on request
    retracted, ended = detected["b.flac"]
    assert (ended.onset_seconds, ended.offset_seconds) == (1.5, 2.0)
    assert dataclasses.replace(ended, is_confirmed=False) == retracted
    assert detected["c.flac"] == []


def test_a_program_that_fails_is_one_error(soundscape: Path, tmp_path: Path) -> None:
    """It has the exit status and the program's last lines."""
    scene, ground_truth = read_scene(soundscape), read_ground_truth(soundscape)
    with pytest.raises(TrainingError, match="got status 78"):
        list(gates.measure_gates(soundscape, scene, ground_truth, tmp_path / "absent"))
