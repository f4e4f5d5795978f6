"""Round trips through the real encoders of libsndfile."""

import numpy as np
import pytest

from soundpost_training.synthesis.codec import CODECS, Codec, encode_and_decode, round_trip
from soundpost_training.synthesis.signals import RATE_HZ, Samples


def bursts() -> Samples:
    """Noise below 3 kHz, in bursts."""
    count = 31_760
    rng = np.random.default_rng(0)
    smooth = np.convolve(rng.standard_normal(count), np.hanning(9), "same")
    gate = np.arange(count) // 2_000 % 3 == 0
    samples: Samples = (0.1 * smooth * gate).clip(-1, 1).astype(np.float32)
    return samples


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.subtype)
@pytest.mark.parametrize("side", [0, 1])
def test_a_sound_stays_in_time_and_loses_some_of_it(codec: Codec, side: int) -> None:
    """The delay of the encoder is compensated at the best and at the worst level."""
    decoded = encode_and_decode(bursts(), codec, codec.levels[side])
    assert decoded.dtype == np.float32
    assert decoded.shape == bursts().shape
    size = 2 * len(decoded)
    spectrum = np.fft.rfft(decoded, size) * np.conj(np.fft.rfft(bursts(), size))
    correlation = np.fft.irfft(spectrum)
    assert min(correlation.argmax(), size - correlation.argmax()) <= 2
    assert not np.allclose(decoded, bursts(), atol=1e-3)


@pytest.mark.parametrize("count", [0, 1, 100, RATE_HZ])
@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.subtype)
def test_any_length_is_kept(codec: Codec, count: int) -> None:
    """Shorter than a block of the encoder, too."""
    decoded = encode_and_decode(bursts()[:count], codec, codec.levels[1])
    assert len(decoded) == count
    assert np.isfinite(decoded).all()


def test_a_seed_chooses_codec_and_level() -> None:
    """Equal seeds give equal samples."""
    first, second = (round_trip(bursts(), np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first, second)
