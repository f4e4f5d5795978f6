"""What is judged is what the daemon does."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.classify import load_bundle
from soundpost.config import DecideConfig
from soundpost.decide import build_rules
from soundpost_training.soundscape.detect.events import threshold_only, track
from soundpost_training.soundscape.detect.inference import RecordingScores, score_recording
from soundpost_training.soundscape.detect.models import BundleModel, YamnetModel, peer_table

RATE_HZ = 16_000
TINY = Path(__file__).resolve().parents[4] / "golden" / "tiny-int8"
LOW = DecideConfig(on_threshold=0.36, off_threshold=0.3, smoothing_windows=2, minimum_seconds=2.0)
SETTINGS = """\
[decide]
on_threshold = 0.36
off_threshold = 0.3
smoothing_windows = 2
minimum_seconds = 2.0
"""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise and tones that come and go, not a whole number of windows long."""
    rng = np.random.default_rng(5)
    path = tmp_path_factory.mktemp("sound") / "night.flac"
    pieces = [
        rng.normal(0.0, 10.0 ** rng.uniform(1.0, 3.8), rng.integers(2000, 30_000))
        for _ in range(40)
    ]
    samples = np.clip(np.concatenate(pieces), -32768, 32767).astype(np.int16)
    soundfile.write(path, samples, RATE_HZ)
    return path


@pytest.fixture(scope="module")
def heard(recording: Path) -> RecordingScores:
    """The recording as the tiny bundle hears it."""
    return score_recording(recording, BundleModel(load_bundle(TINY), "tiny"))


def test_the_events_are_those_that_the_real_program_tells(
    recording: Path, heard: RecordingScores, tmp_path: Path
) -> None:
    """`soundpost listen` on the same file: the same labels, onsets, offsets, and what holds."""
    (tmp_path / "soundpost.toml").write_text(SETTINGS, encoding="utf-8")
    program = str(Path(sys.executable).with_name("soundpost"))
    command = [program, "listen", "--bundle", str(TINY)]
    answer = subprocess.run(
        [*command, "--config", str(tmp_path / "soundpost.toml"), str(recording)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    told = [json.loads(line) for line in answer.stdout.splitlines()]
    ended = [one for one in told if one["offset"]]
    rules = build_rules(load_bundle(TINY).manifest.labels, LOW, RATE_HZ)
    ours = track(heard, rules)
    assert len(ours) > 5
    assert {one.holds for one in ours} == {True, False}
    assert [(one.label, one.holds) for one in ours] == [
        (one["label"], one["state"] == "ended") for one in ended
    ]
    for one, theirs in zip(ours, ended, strict=True):
        assert one.onset_seconds == pytest.approx(seconds(theirs["onset"]), abs=0.0011)
        assert one.offset_seconds == pytest.approx(seconds(theirs["offset"]), abs=0.0011)


def seconds(time: str) -> float:
    """A time of day of 1970-01-01 as seconds."""
    return datetime.fromisoformat(time).timestamp()


def test_an_event_is_told_within_its_windows(heard: RecordingScores) -> None:
    """Not before its onset, and not after the window that ends last."""
    rules = build_rules(load_bundle(TINY).manifest.labels, LOW, RATE_HZ)
    last = float(heard.end_samples[-1]) / RATE_HZ
    for one in track(heard, rules):
        assert one.onset_seconds < one.told_seconds <= last
        assert one.onset_seconds < one.offset_seconds <= last + 0.01


def test_the_plain_way_tells_runs_of_windows(heard: RecordingScores) -> None:
    """Each run of windows over the threshold is one event, and each window is in one."""
    rules = build_rules(load_bundle(TINY).manifest.labels, LOW, RATE_HZ)
    told = threshold_only(heard, rules)
    stride_seconds = heard.stride_frames * 0.01
    for rule in rules:
        over = int((heard.values[:, rule.index] >= np.float32(rule.on_threshold)).sum())
        lasting = sum(
            one.offset_seconds - one.onset_seconds for one in told if one.label == rule.label
        )
        assert lasting == pytest.approx(over * stride_seconds)


def test_every_name_of_the_table_is_a_class_of_the_peer(shared_data: Path) -> None:
    """The map from our labels to AudioSet's names leads nowhere else."""
    ear = YamnetModel(shared_data / "yamnet" / "yamnet.tflite", tuple(peer_table()))
    assert set(ear.labels) == set(peer_table())
    labels = {
        line.split(",")[3]
        for line in (shared_data / "esc50" / "esc50.csv").read_text().splitlines()[1:]
    }
    assert set(peer_table()) <= labels


def test_the_peer_hears_a_siren(shared_data: Path, tmp_path: Path) -> None:
    """A clip of a siren scores higher as a siren than as anything else that is on the map."""
    siren = next(iter(sorted((shared_data / "esc50" / "audio").glob("1-*-42.flac"))))
    samples, _ = soundfile.read(siren, dtype="int16")
    soundfile.write(tmp_path / "siren.flac", np.tile(samples, 2), RATE_HZ)
    ear = YamnetModel(shared_data / "yamnet" / "yamnet.tflite", tuple(peer_table()))
    heard = score_recording(tmp_path / "siren.flac", ear)
    assert ear.labels[int(heard.values.mean(axis=0).argmax())] == "siren"
    assert len(heard.values) == len(heard.end_samples) == len(heard.busy_seconds)
