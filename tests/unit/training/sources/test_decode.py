"""Decoding of recordings: G.722, other rates, damage."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.errors import DatasetError
from soundpost_training.sources.decode import measure, read_recording
from soundpost_training.sources.recording import SourceRecording


def recording(path: Path) -> SourceRecording:
    """Returns a recording of a file."""
    return SourceRecording(path, "test", "group", (), "CC0-1.0", "", held_out=False)


def tone(path: Path, rate_hz: int) -> Path:
    """Writes two seconds of 440 Hz at half of full scale."""
    samples = 0.5 * np.sin(2 * np.pi * 440 * np.arange(2 * rate_hz) / rate_hz)
    soundfile.write(path, samples, rate_hz)
    return path


def test_g722_is_decoded_at_16_khz(tmp_path: Path) -> None:
    """Two seconds are 32,000 samples, and the tone is there with its level."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs ffmpeg, which decodes G.722")
    source, path = tone(tmp_path / "tone.wav", 16_000), tmp_path / "tone.g722"
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, "-f", "g722", path], check=True)
    assert measure(path) == (16_000, 2.0)
    pcm = read_recording(recording(path))
    assert pcm.dtype == np.int16
    assert len(pcm) == 32_000
    spectrum = np.abs(np.fft.rfft(pcm / 32_768))
    assert np.argmax(spectrum) == 880
    assert 2 * spectrum.max() / len(pcm) == pytest.approx(0.5, rel=0.05)


def test_other_rates_are_resampled(tmp_path: Path) -> None:
    """A recording at 44.1 kHz has the same duration afterwards."""
    path = tone(tmp_path / "tone.flac", 44_100)
    assert measure(path) == (44_100, 2.0)
    assert len(read_recording(recording(path))) == 32_000


@pytest.mark.parametrize(
    "name", ["empty.g722", "absent.g722", "empty.wav", "text.wav", "absent.wav"]
)
def test_a_file_without_sound_is_an_error_with_its_name(tmp_path: Path, name: str) -> None:
    """Neither its duration nor its sound can be read."""
    path = tmp_path / name
    if not name.startswith("absent"):
        path.write_text("no sound" if name.startswith("text") else "")
    with pytest.raises(DatasetError, match=name):
        measure(path)
    with pytest.raises(DatasetError, match=name):
        read_recording(recording(path))
