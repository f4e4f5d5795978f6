"""The front end that is suited to a rate."""

import numpy as np
import pytest

from soundpost.features import FeatureSpec
from soundpost.features.mel import mel_filterbank

RATES_HZ = [
    8_000,
    11_025,
    16_000,
    22_050,
    32_000,
    44_100,
    48_000,
    96_000,
    192_000,
    256_000,
    384_000,
]


def test_at_16_khz_it_is_the_front_end_of_the_bundles() -> None:
    """Pictures of YAMNet's sounds look like those of the included bundles."""
    assert FeatureSpec.at_rate(16_000) == FeatureSpec()


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_frames_last_as_long_at_every_rate(rate_hz: int) -> None:
    """25 ms every 10 ms, to a sample: onsets are located as finely at 384 kHz as at 8 kHz."""
    spec = FeatureSpec.at_rate(rate_hz)
    assert spec.frame_samples == pytest.approx(0.025 * rate_hz, abs=1.0)
    assert spec.hop_samples == pytest.approx(0.010 * rate_hz, abs=1.0)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_every_band_has_a_frequency_of_the_transform(rate_hz: int) -> None:
    """A band without one would be a black line in every picture."""
    weights = mel_filterbank(FeatureSpec.at_rate(rate_hz))
    assert (weights.sum(axis=0) > 0.0).all()
    assert np.isfinite(weights).all()
