"""Reading recordings as PCM."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.capture import FileSource
from soundpost.health import Health
from soundpost_training.dataset.decode.audio import read_pcm
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
