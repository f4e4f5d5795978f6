"""Inference on a recording gives what the daemon gives."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from soundpost.decide import Rule
from soundpost.events import Window
from soundpost_training.soundscape.detect.events import track_events
from soundpost_training.soundscape.detect.inference import RecordingScores

RATE_HZ = 16_000
SETTINGS = """\
[decide]
on_threshold = 0.36
off_threshold = 0.3
smoothing_windows = 2
minimum_seconds = 2.0
"""


def seconds(time: str) -> float:
    """Returns a time of day of 1970-01-01 as seconds."""
    return datetime.fromisoformat(time).timestamp()


def test_the_events_are_those_of_the_real_program(
    recording: Path,
    scores: RecordingScores,
    rules: list[Rule],
    tiny_folder: Path,
    tmp_path: Path,
) -> None:
    """`soundpost listen` on the same file: the same labels, onsets, offsets and retractions."""
    (tmp_path / "soundpost.toml").write_text(SETTINGS, encoding="utf-8")
    program = str(Path(sys.executable).with_name("soundpost"))
    command = [program, "listen", "--bundle", str(tiny_folder)]
    process = subprocess.run(
        [*command, "--config", str(tmp_path / "soundpost.toml"), str(recording)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    messages = [json.loads(line) for line in process.stdout.splitlines()]
    finished = [message for message in messages if message["offset"]]
    events = track_events(scores, rules)
    assert len(events) > 5
    assert {event.is_confirmed for event in events} == {True, False}
    assert [(event.label, event.is_confirmed) for event in events] == [
        (message["label"], message["state"] == "ended") for message in finished
    ]
    for event, message in zip(events, finished, strict=True):
        assert event.onset_seconds == pytest.approx(seconds(message["onset"]), abs=0.0011)
        assert event.offset_seconds == pytest.approx(seconds(message["offset"]), abs=0.0011)


def test_the_scores_can_be_read_window_by_window(scores: RecordingScores) -> None:
    """Each has its window's log-mel, time and level, as the daemon's classifier gives them."""
    windows = list(scores.scores())
    assert len(windows) == len(scores.values) == len(scores.busy_seconds)
    for index, one in enumerate(windows):
        assert np.array_equal(one.values, scores.values[index])
        assert isinstance(one.window, Window)
        assert one.window.log_mel.shape == (scores.window_frames, scores.spec.mel_bands)
        assert one.window.end_sample == scores.end_samples[index]
    assert windows[1].window.start_sample == scores.stride_frames * scores.spec.hop_samples
