"""Acoustic indices of made sound; tests/unit/daemon/acoustics/test_oracles.py has scikit-maad."""

import numpy as np
import pytest
from made_minutes import figures_of, made

from soundpost.acoustics.figures import Reason
from soundpost.acoustics.indices import bioacoustic_index
from soundpost.acoustics.spectrum import SpectrumSums


def test_an_index_does_not_depend_on_the_gain_of_the_microphone() -> None:
    """Twice the amplitude has the same indices."""
    samples = (made("chirps", 16_000, 5.0) // 2).astype(np.int16)
    quiet, loud = figures_of(samples, 16_000)[0], figures_of(samples * np.int16(2), 16_000)[0]
    assert (quiet.aci, quiet.ndsi, quiet.bi) == pytest.approx((loud.aci, loud.ndsi, loud.bi))


def test_ndsi_is_the_balance_of_its_bands() -> None:
    """A tone in the band of machines is -1, one in that of animals is 1."""
    at = np.arange(5 * 16_000) / 16_000
    for frequency_hz, expected in ((1_500.0, -1.0), (5_000.0, 1.0)):
        tone = np.round(20_000 * np.sin(2 * np.pi * frequency_hz * at)).astype(np.int16)
        assert figures_of(tone, 16_000)[0].ndsi == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("value", [0, 12_345, -32_768])
def test_silence_has_no_index(value: int) -> None:
    """A stuck value is silence too; the reason is stated, and nothing is NaN."""
    figures = figures_of(np.full(70_000, value, np.int16), 16_000)[0]
    assert (figures.aci, figures.ndsi, figures.bi) == (None, None, None)
    assert figures.missing == dict.fromkeys(("aci", "ndsi", "bi"), Reason.SILENCE)


def test_a_rate_below_16_khz_has_aci_only() -> None:
    """The bands of the others end at 8 kHz."""
    figures = figures_of(made("noise", 8_000, 5.0), 8_000)[0]
    assert figures.aci is not None
    assert figures.missing == dict.fromkeys(("ndsi", "bi"), Reason.RATE_TOO_LOW)


def test_too_short_a_sound_has_no_index() -> None:
    """ACI needs two frames, the others one."""
    none = figures_of(made("noise", 16_000, 1_000 / 16_000), 16_000)[0]
    one = figures_of(made("noise", 16_000, 1_100 / 16_000), 16_000)[0]
    assert none.missing == dict.fromkeys(("aci", "ndsi", "bi"), Reason.TOO_SHORT)
    assert one.missing == {"aci": Reason.TOO_SHORT}
    assert one.ndsi is not None
    assert one.bi is not None


def test_a_bin_that_is_exactly_zero_gives_a_finite_index() -> None:
    """Its amplitude counts as the lowest one."""
    amplitude = np.ones(512)
    amplitude[200] = 0.0
    sums = SpectrumSums(15.625, 1, amplitude, amplitude**2, 0 * amplitude, 0)
    assert bioacoustic_index(sums) == pytest.approx(384 * 240.0 / 15.625, rel=0.01)
