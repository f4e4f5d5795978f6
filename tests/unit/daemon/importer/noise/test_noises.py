"""Silence, hum and noise."""

import numpy as np
import pytest

from soundpost.audio import level_dbfs
from soundpost.importer.noise.noises import NOISES, SEEDS, Noise, windows, windows_of_seed

RATE_HZ = 16_000


@pytest.mark.parametrize("noise", NOISES, ids=str)
def test_a_noise_has_its_level_and_is_the_same_again(noise: Noise) -> None:
    """Equal seeds give equal sounds, others do not."""
    part = noise.part(RATE_HZ, RATE_HZ, seed=3)
    assert level_dbfs(part) == pytest.approx(noise.level_dbfs, abs=0.1)
    assert np.array_equal(part, noise.part(RATE_HZ, RATE_HZ, seed=3))
    if noise.kind != "silence":
        assert not np.array_equal(part, noise.part(RATE_HZ, RATE_HZ, seed=4))


def power_db(samples: np.ndarray, low_hz: float, high_hz: float) -> float:
    """Returns the power of a second of sound between two frequencies."""
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64))) ** 2
    return float(10 * np.log10(spectrum[int(low_hz) : int(high_hz)].sum()))


def test_white_noise_is_flat_and_pink_noise_falls_by_the_octave() -> None:
    """Octaves of white noise grow by 3 dB, those of pink noise are equal."""
    white = Noise("white", -34).part(RATE_HZ, RATE_HZ, 0)
    pink = Noise("pink", -34).part(RATE_HZ, RATE_HZ, 0)
    assert power_db(white, 4_000, 8_000) - power_db(white, 2_000, 4_000) == pytest.approx(3, abs=1)
    assert power_db(pink, 4_000, 8_000) - power_db(pink, 500, 1_000) == pytest.approx(0, abs=1.5)


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_hum_is_in_the_harmonics_of_the_mains(mains_hz: int) -> None:
    """Within what a grid drifts, up to the twentieth."""
    hum = Noise("hum", -34, mains_hz).part(RATE_HZ, RATE_HZ, 5)
    everything = power_db(hum, 0, 8_000)
    fundamental = power_db(hum, mains_hz - 2, mains_hz + 3)
    assert fundamental > everything - 6
    assert power_db(hum, 21 * mains_hz, 8_000) < everything - 30


def test_windows_follow_each_other_for_the_time_that_is_wanted() -> None:
    """Of silence there is one, because all are equal; of others at least one of each seed."""
    noise = Noise("white", -34)
    made = list(windows(noise, 30.0, RATE_HZ, RATE_HZ))
    assert len(made) == 30 == SEEDS * windows_of_seed(30.0, RATE_HZ, RATE_HZ)
    assert len({window.tobytes() for window in made}) == 30
    assert len(list(windows(noise, 0.1, RATE_HZ, RATE_HZ))) == SEEDS
    (silence,) = windows(Noise("silence", -120), 30.0, RATE_HZ, RATE_HZ)
    assert not silence.any()


def test_a_noise_names_itself() -> None:
    """For the card and the terminal."""
    assert str(NOISES[0]) == "silence"
    assert str(Noise("hum", -54, 60)) == "60 Hz hum at -54 dBFS"
    assert str(Noise("pink", -34)) == "pink noise at -34 dBFS"
