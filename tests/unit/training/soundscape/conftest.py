"""A soundscape of half a minute, and a bundle with random weights to score it with."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.soundscape.compose.ground_truth import Event, write_ground_truth
from soundpost_training.soundscape.compose.recipe import Recipe, Recording, Scene, write_scene

RATE_HZ = 16_000
LABELS = ["hiss", "hum", "hush"]
SOUNDS = [
    Event("mixed-01.flac", "hiss", 2.0, 5.0, 12.0, "a.wav"),
    Event("mixed-01.flac", "hum", 8.0, 9.0, 12.0, "b.wav"),
    Event("negative-01.flac", "hum", 3.0, 4.0, 12.0, "c.wav"),
]


@pytest.fixture(scope="session")
def soundscape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a soundscape: 20 s with all labels and 10 s without the security label."""
    folder = tmp_path_factory.mktemp("soundscape")
    rng = np.random.default_rng(5)
    recordings = [
        Recording(name="mixed-01.flac", seconds=20.0, is_negative=False),
        Recording(name="negative-01.flac", seconds=10.0, is_negative=True),
    ]
    for recording in recordings:
        # Each second has another level, so that the scores of the windows vary.
        levels = 10.0 ** rng.uniform(1.0, 3.8, round(recording.seconds))
        noise = rng.normal(0.0, 1.0, (len(levels), RATE_HZ)) * levels[:, None]
        samples = np.clip(noise.ravel(), -32768, 32767).astype(np.int16)
        soundfile.write(folder / recording.name, samples, RATE_HZ)
    write_ground_truth(folder, SOUNDS)
    recipe = Recipe(
        seed=1,
        fold=5,
        hours=20 / 3600,
        negative_hours=10 / 3600,
        background_labels=(),
        security_labels=("hiss",),
    )
    scene = Scene(
        recipe=recipe,
        data="noise",
        licence="none",
        attribution="",
        command="a test",
        labels=LABELS,
        recordings=recordings,
    )
    write_scene(folder, scene)
    return folder
