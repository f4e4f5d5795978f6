"""A data set of three sounds, and a soundscape that is composed of it."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.dataset import Clip, Dataset
from soundpost_training.soundscape.compose.compose import compose
from soundpost_training.soundscape.compose.recipe import Recipe

RATE_HZ = 16_000


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """A recipe of two minutes: bursts and beeps over a hum."""
    return Recipe(
        seed=3,
        fold=1,
        hours=0.02,
        negative_hours=0.02,
        recording_minutes=0.7,
        pause_seconds=1.5,
        shortest_pause_seconds=0.5,
        snrs_db=(10.0, 30.0),
        background_range_db=0.5,
        background_minutes=0.1,
        background_labels=("hum",),
        security_labels=("burst",),
    )


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Two clips each of a burst and a beep within silence, and of a hum without silence."""
    folder = tmp_path_factory.mktemp("clips")
    rng = np.random.default_rng(0)
    time = np.arange(2 * RATE_HZ) / RATE_HZ
    sounds = {
        "burst": rng.normal(0.0, 0.1, len(time)) * ((time > 0.4) & (time < 0.9)),
        "beep": 0.2 * np.sin(2 * np.pi * 900 * time) * ((time > 1.0) & (time < 1.6)),
        "hum": 0.05 * np.sin(2 * np.pi * 150 * time) + rng.normal(0.0, 0.01, len(time)),
    }
    clips = []
    for fold in (1, 2):
        for label, signal in sounds.items():
            path = folder / f"{fold}-{label}.wav"
            soundfile.write(path, signal, RATE_HZ, "PCM_16")
            clips.append(Clip(path, label, fold, path.name))
    return Dataset("made-up", tuple(clips), tuple(sorted(sounds)), "none", "no author")


@pytest.fixture(scope="session")
def composed(dataset: Dataset, recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the composed soundscape."""
    folder = tmp_path_factory.mktemp("composed")
    compose(dataset, recipe, RATE_HZ, folder, "a test")
    return folder
