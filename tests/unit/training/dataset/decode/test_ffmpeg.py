"""Recordings that need ffmpeg."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from noise_recordings import NOISE, RATE_HZ, record, record_memo

from soundpost.recording.decoders.ffmpeg_process import PROGRAM
from soundpost_training.dataset.decode.audio import read_signal
from soundpost_training.errors import DatasetError

TONE_HZ = 440.0
TONE = 0.5 * np.sin(2 * np.pi * TONE_HZ * np.arange(2 * RATE_HZ) / RATE_HZ)

needs_ffmpeg = pytest.mark.skipif(
    shutil.which(PROGRAM) is None, reason="ffmpeg is not installed on this machine"
)


def encode(folder: Path, codec: str) -> Path:
    """Writes the tone as M4A in a codec of the real ffmpeg, and returns its path."""
    wav, m4a = record(folder / "tone.wav", TONE), folder / "memo.m4a"
    command = [PROGRAM, "-v", "error", "-i", str(wav), "-c:a", codec, str(m4a)]
    subprocess.run(command, check=True)
    return m4a


@pytest.mark.usefixtures("fake_ffmpeg")
def test_ffmpeg_decodes_formats_that_libsndfile_does_not_read(tmp_path: Path) -> None:
    """The samples are those that the program writes, whatever characters the path has."""
    samples = read_signal(record_memo(tmp_path / "-memo; rm.m4a"), RATE_HZ)
    np.testing.assert_allclose(samples, NOISE, atol=1e-4)


@pytest.mark.usefixtures("fake_ffmpeg")
def test_the_error_has_the_reasons_of_both_decoders(tmp_path: Path) -> None:
    """A file that neither reads is refused with libsndfile's reason and ffmpeg's last line."""
    (tmp_path / "notes.txt").write_text("recorded at dawn", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"cannot be read as audio: .* ffmpeg: Invalid data"):
        read_signal(tmp_path / "notes.txt", RATE_HZ)


@pytest.mark.usefixtures("no_ffmpeg")
def test_without_ffmpeg_the_hint_names_it(tmp_path: Path) -> None:
    """The hint for a format that libsndfile does not read is to install ffmpeg."""
    with pytest.raises(DatasetError, match="cannot be read as audio") as caught:
        read_signal(record_memo(tmp_path / "memo.m4a"), RATE_HZ)
    assert "install ffmpeg" in caught.value.hint


@needs_ffmpeg
def test_the_real_ffmpeg_decodes_lossless_m4a_exactly(tmp_path: Path) -> None:
    """Samples of 16 bits in ALAC are those that were encoded."""
    samples = read_signal(encode(tmp_path, "alac"), RATE_HZ)
    np.testing.assert_allclose(samples, TONE, atol=1 / 32_768)


@needs_ffmpeg
def test_the_real_ffmpeg_decodes_what_a_phone_records(tmp_path: Path) -> None:
    """A tone in AAC keeps its length, its frequency and about its level, whatever the encoder."""
    samples = read_signal(encode(tmp_path, "aac"), RATE_HZ)
    assert abs(len(samples) - len(TONE)) < 3000  # AAC adds up to a frame or two
    middle = samples[4000:28_000]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert spectrum.argmax() * RATE_HZ / len(middle) == pytest.approx(TONE_HZ, abs=5)
    assert 0.5 < np.std(middle) / np.std(TONE) < 2.0
