"""The real teacher networks, and windows of real recordings."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.audio import Pcm
from soundpost_training.audioset.mn04 import MN04_MODEL
from soundpost_training.audioset.soft_scores import AudioSetTeachers

WINDOW_SAMPLES = 31_760
"""197 frames of 10 ms, the window of the bundle `everyday`."""


@pytest.fixture(scope="session")
def teacher_data(shared_data: Path) -> Path:
    """The folder with mn04 and YAMNet; skips, or fails under CI, without it or onnxruntime."""
    reason = ""
    if importlib.util.find_spec("onnxruntime") is None:
        reason = "no onnxruntime: pip install 'soundpost[teacher]'"
    elif not (shared_data / MN04_MODEL).is_file():
        reason = (
            f"no {MN04_MODEL} under {shared_data}; set SOUNDPOST_DATA to the folder that has it"
        )
    if not reason:
        return shared_data
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def teachers(teacher_data: Path) -> AudioSetTeachers:
    """Provides both networks."""
    return AudioSetTeachers(teacher_data)


@pytest.fixture(scope="session")
def dog(shared_data: Path) -> Pcm:
    """Provides two windows of a barking dog, int16[2, 31760]."""
    samples, _ = soundfile.read(shared_data / "esc50/audio/1-30226-A-0.flac", dtype="int16")
    return np.stack([samples[start : start + WINDOW_SAMPLES] for start in (20_000, 28_000)])
