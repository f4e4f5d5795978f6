"""Windows of real recordings."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.audio import Pcm

WINDOW_SAMPLES = 31_760
"""197 frames of 10 ms, the window of the bundle `everyday`."""


@pytest.fixture(scope="session")
def dog(shared_data: Path) -> Pcm:
    """Provides two windows of a barking dog, int16[2, 31760]."""
    samples, _ = soundfile.read(shared_data / "esc50/audio/1-30226-A-0.flac", dtype="int16")
    return np.stack([samples[start : start + WINDOW_SAMPLES] for start in (20_000, 28_000)])
