"""A recording is read to its end, at the rate of the model."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.soundscape.detect.chunks import read_chunks


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_no_sample_is_lost_at_another_rate(tmp_path: Path, rate_hz: int) -> None:
    """A sound at the very end is in the last chunk: the resampler holds it back until then."""
    sound = np.zeros(2 * rate_hz)
    click = round(0.01 * rate_hz)
    sound[-click:] = 0.5 * np.sin(2 * np.pi * 1_000 * np.arange(click) / rate_hz)
    path = tmp_path / "late.wav"
    soundfile.write(path, sound, rate_hz)
    chunks = list(read_chunks(path, 16_000))
    assert chunks[-1].end_sample == 32_000
    samples = np.concatenate([chunk.samples for chunk in chunks]).astype(float)
    assert np.square(samples[-160:]).mean() ** 0.5 == pytest.approx(0.5 * 32768 / 2**0.5, rel=0.1)


def test_damage_is_told_at_the_end(tmp_path: Path) -> None:
    """A recording that was cut off is read as far as it goes."""
    path = tmp_path / "cut.wav"
    soundfile.write(path, np.zeros(32_000), 16_000)
    warnings: list[str] = []
    assert list(read_chunks(path, 16_000, warnings.append))[-1].end_sample == 32_000
    assert not warnings
    path.write_bytes(path.read_bytes()[:32_000])
    assert list(read_chunks(path, 16_000, warnings.append))[-1].end_sample < 16_000
    assert "cut short" in warnings[0]
