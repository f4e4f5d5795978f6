"""Soundscapes are composed exactly and repeatably."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import pytest
import soundfile

from soundpost_training.dataset import Dataset
from soundpost_training.errors import DatasetError
from soundpost_training.soundscape.compose.compose import compose
from soundpost_training.soundscape.compose.ground_truth import (
    GROUND_TRUTH_FILE,
    read_ground_truth,
)
from soundpost_training.soundscape.compose.recipe import Recipe, plan_recordings, read_scene

RATE_HZ = 16_000


def test_the_recordings_have_the_described_lengths(composed: Path, recipe: Recipe) -> None:
    """The hours are split into files, each as long as its description states."""
    scene = read_scene(composed)
    assert scene.recordings == plan_recordings(recipe)
    assert sum(recording.seconds for recording in scene.recordings) == pytest.approx(0.04 * 3600)
    for recording in scene.recordings:
        info = soundfile.info(composed / recording.name)
        assert (info.samplerate, info.channels, info.subtype) == (RATE_HZ, 1, "PCM_16")
        assert info.frames == round(recording.seconds * RATE_HZ)


def test_negatives_hold_no_security_label_and_no_clip_of_another_fold(composed: Path) -> None:
    """Every detection of a security label in them is a false alarm."""
    scene, events = read_scene(composed), read_ground_truth(composed)
    negatives = {recording.name for recording in scene.negatives}
    assert negatives
    assert {event.label for event in events if event.recording in negatives} == {"beep"}
    assert {event.label for event in events if event.recording not in negatives} > {"beep"}
    assert all(event.source.startswith("1-") for event in events)


def test_a_seed_always_gives_the_same_bytes(
    dataset: Dataset, recipe: Recipe, composed: Path, tmp_path: Path
) -> None:
    """Recordings and ground truth are repeated to the byte; another seed gives other ones."""

    def hashes(folder: Path) -> dict[str, str]:
        paths = [*folder.glob("*.flac"), folder / GROUND_TRUTH_FILE]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    compose(dataset, recipe, RATE_HZ, tmp_path / "again", "another command")
    assert hashes(tmp_path / "again") == hashes(composed)
    other = msgspec.structs.replace(recipe, seed=4)
    compose(dataset, other, RATE_HZ, tmp_path / "other", "a test")
    assert not set(hashes(tmp_path / "other").values()) & set(hashes(composed).values())


def test_a_full_disk_keeps_the_existing_soundscape(
    dataset: Dataset,
    recipe: Recipe,
    tmp_path: Path,
    room_for: Callable[[int], AbstractContextManager[None]],
) -> None:
    """The kernel's error is raised, and no partial file is left."""
    hours = tmp_path / "hours"
    with room_for(50_000), pytest.raises(OSError, match="File too large"):
        compose(dataset, recipe, RATE_HZ, hours, "a test")
    assert not list(hours.iterdir())
    compose(dataset, recipe, RATE_HZ, hours, "a test")
    before = {path.name: path.read_bytes() for path in hours.iterdir()}
    other = msgspec.structs.replace(recipe, seed=4)
    with room_for(50_000), pytest.raises(OSError, match="File too large"):
        compose(dataset, other, RATE_HZ, hours, "a test")
    assert {path.name: path.read_bytes() for path in hours.iterdir()} == before


def test_a_label_or_fold_that_does_not_exist_is_refused(
    dataset: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    """The message has the missing labels and those that the fold has."""
    rain = msgspec.structs.replace(recipe, background_labels=("rain",))
    with pytest.raises(DatasetError, match=r"expected rain in fold 1 .*, got beep, burst, hum"):
        compose(dataset, rain, RATE_HZ, tmp_path, "a test")
    with pytest.raises(DatasetError, match="fold 9 of made-up, got none"):
        compose(dataset, msgspec.structs.replace(recipe, fold=9), RATE_HZ, tmp_path, "a test")
