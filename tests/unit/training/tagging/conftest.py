"""A few made recordings, with their waveforms."""

import numpy as np
import pytest
from source_recordings import RATE_HZ, write_recording

from soundpost_training.sources.recording import SourceRecording
from soundpost_training.tagging.examples.waveforms import Waveforms, load_waveforms


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[SourceRecording]:
    """Provides two beeps after silence, noise as ambience, and a tone of another source."""
    folder = tmp_path_factory.mktemp("made")
    rng = np.random.default_rng(1)
    seconds = np.arange(3 * RATE_HZ) / RATE_HZ
    beep = 0.5 * np.sin(2 * np.pi * 1000 * seconds) * (seconds > 2)
    noise = rng.normal(0.0, 0.05, 5 * RATE_HZ)
    return [
        write_recording(folder / "beep-1.wav", beep, "esc50", ("alarm",)),
        write_recording(folder / "beep-2.wav", 0.5 * beep, "esc50", ("alarm",)),
        write_recording(folder / "noise.wav", noise, "ambience", ()),
        write_recording(folder / "tone.wav", np.tile(beep[-8000:], 4), "debian:tones", ()),
    ]


@pytest.fixture(scope="session")
def waveforms(made: list[SourceRecording], tmp_path_factory: pytest.TempPathFactory) -> Waveforms:
    """Provides the waveforms of the made recordings."""
    return load_waveforms(made, tmp_path_factory.mktemp("cache"))
