"""Reading recordings as PCM."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.capture import FileSource
from soundpost.health import Health
from soundpost_training.dataset.decode import audio
from soundpost_training.dataset.decode.audio import decode, read_pcm
from soundpost_training.errors import DatasetError


def test_pcm_of_the_right_rate_is_not_changed(tmp_path: Path) -> None:
    """16-bit mono is neither scaled nor dithered nor resampled."""
    pcm = np.random.default_rng(1).integers(-32768, 32767, 5000, endpoint=True).astype(np.int16)
    soundfile.write(tmp_path / "noise.flac", pcm, 16_000)
    assert np.array_equal(read_pcm(tmp_path / "noise.flac", 16_000), pcm)


def test_stereo_of_another_rate_becomes_mono_of_the_right_one(tmp_path: Path) -> None:
    """The duration stays, and equal channels keep their level."""
    time = np.arange(44_100) / 44_100
    both = np.stack([0.5 * np.sin(2 * np.pi * 440 * time)] * 2, axis=1)
    soundfile.write(tmp_path / "stereo.wav", both, 44_100)
    pcm = read_pcm(tmp_path / "stereo.wav", 16_000)
    assert len(pcm) == 16_000
    assert abs(np.abs(pcm[1000:-1000]).max() / 32768 - 0.5) < 0.01


@pytest.mark.parametrize("signs", [(0, 1), (1, 0), (1, -1), (-1, 1), (0, 0, 1), (1, 1)])
@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_training_reads_the_channels_that_the_device_records(
    tmp_path: Path, signs: tuple[int, ...], rate_hz: int
) -> None:
    """A microphone on one side, and antiphase, are at the full level in both."""
    tone = 0.4 * np.sin(2 * np.pi * 900 * np.arange(rate_hz) / rate_hz)
    path = tmp_path / "channels.wav"
    soundfile.write(path, tone[:, np.newaxis] * np.array(signs), rate_hz, "PCM_24")
    trained = read_pcm(path, 16_000)
    assert np.std(trained) / 32_768 == pytest.approx(np.std(tone), rel=0.01)
    with FileSource(path, 16_000, pace="fast", starts_at_ns=0, health=Health()) as source:
        recorded = np.concatenate([chunk.samples for chunk in source.chunks() if chunk is not None])
    np.testing.assert_allclose(trained, recorded, atol=1)


@pytest.mark.parametrize(
    ("samples", "error"), [(np.zeros(0), "no samples"), (np.full(1000, np.nan), "NaN")]
)
def test_audio_without_valid_samples_is_refused(
    tmp_path: Path, samples: np.ndarray, error: str
) -> None:
    """The error names the file and says that it is empty or has NaN."""
    soundfile.write(tmp_path / "bad.wav", samples, 16_000, "FLOAT")
    with pytest.raises(DatasetError, match=rf"bad\.wav has .*{error}"):
        read_pcm(tmp_path / "bad.wav", 16_000)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not a sound at all" * 99])
def test_a_file_without_audio_is_refused(tmp_path: Path, content: bytes) -> None:
    """Empty, truncated and foreign files give one clear error."""
    (tmp_path / "bad.wav").write_bytes(content)
    with pytest.raises(DatasetError, match=r"bad\.wav cannot be read"):
        read_pcm(tmp_path / "bad.wav", 16_000)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100])
@pytest.mark.parametrize("container", ["WAV", "FLAC", "MP3", "OGG"])
def test_training_has_the_samples_of_the_device(
    tmp_path: Path, container: str, rate_hz: int
) -> None:
    """Bit for bit, for every rate, several channels, and a file that was cut short."""
    noise = np.random.default_rng(6).normal(0.0, 0.2, (2 * rate_hz, 2))
    path = tmp_path / "x"
    soundfile.write(path, noise, rate_hz, format=container)
    for size in (path.stat().st_size, path.stat().st_size * 2 // 3):
        path.write_bytes(path.read_bytes()[:size])
        with FileSource(path, 16_000, pace="fast", starts_at_ns=0, health=Health()) as source:
            chunks = [chunk.samples for chunk in source.chunks() if chunk]
        assert np.array_equal(read_pcm(path, 16_000), np.concatenate(chunks))


def test_damage_is_a_warning_with_the_name(tmp_path: Path) -> None:
    """A recording that was cut is used; the warning says what is missing."""
    path = tmp_path / os.fsdecode(b"f\xfcchse.wav")
    soundfile.write(str(tmp_path / "x.wav"), np.full(32_000, 0.1), 16_000)
    path.write_bytes((tmp_path / "x.wav").read_bytes()[:20_000])
    decoded = decode(path, 16_000)
    assert len(decoded.signal) == (20_000 - 44) // 2
    assert r"f\xfcchse.wav: it is cut short: it holds 0.6 s of 2.0 s" in decoded.warning


def test_a_recording_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading stops at the longest duration that fits into memory."""
    monkeypatch.setattr(audio, "LONGEST_SECONDS", 1.0)
    soundfile.write(tmp_path / "x.wav", np.zeros(32_000), 16_000)
    with pytest.raises(DatasetError, match="is longer than"):
        read_pcm(tmp_path / "x.wav", 16_000)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_a_device_or_a_pipe_is_refused(path: str) -> None:
    """Training reads a recording more than once."""
    with pytest.raises(DatasetError, match="is a pipe or a device"):
        read_pcm(Path(path), 16_000)
