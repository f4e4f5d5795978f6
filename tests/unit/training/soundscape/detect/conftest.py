"""A recording of noise that varies in level, and a bundle's scores of it."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.classify import Bundle
from soundpost.config import DecideConfig
from soundpost.decide import Rule, build_rules
from soundpost_training.soundscape.detect.inference import RecordingScores, score_recording
from soundpost_training.soundscape.detect.models import BundleModel

RATE_HZ = 16_000
LOW = DecideConfig(on_threshold=0.36, off_threshold=0.3, smoothing_windows=2, minimum_seconds=2.0)


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise of varying level, not a whole number of windows long."""
    rng = np.random.default_rng(5)
    path = tmp_path_factory.mktemp("sound") / "night.flac"
    pieces = [
        rng.normal(0.0, 10.0 ** rng.uniform(1.0, 3.8), rng.integers(2000, 30_000))
        for _ in range(40)
    ]
    samples = np.clip(np.concatenate(pieces), -32768, 32767).astype(np.int16)
    soundfile.write(path, samples, RATE_HZ)
    return path


@pytest.fixture(scope="session")
def scores(recording: Path, tiny_bundle: Bundle) -> RecordingScores:
    """The scores of the recording by the tiny bundle."""
    return score_recording(recording, BundleModel(tiny_bundle, "tiny"))


@pytest.fixture(scope="session")
def rules(tiny_bundle: Bundle) -> list[Rule]:
    """Rules with thresholds low enough for a network with random weights."""
    return list(build_rules(tiny_bundle.manifest.labels, LOW, RATE_HZ))
