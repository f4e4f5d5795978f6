"""Acoustic indices of real and made sound, against scikit-maad."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_minutes import figures_of, made

from soundpost.acoustics.figures import MinuteFigures
from soundpost.audio import FULL_SCALE
from soundpost.audio.resample import MonoResampler

NO_ORACLE = "scikit-maad is an oracle; no device has it"
features = pytest.importorskip("maad.features", reason=NO_ORACLE)
sound = pytest.importorskip("maad.sound", reason=NO_ORACLE)

RELATIVE = 1e-9
"""The largest error beside scikit-maad; that of the sums is 1e-13."""


def maad_indices(samples: np.ndarray, rate_hz: int) -> tuple[float, float, float]:
    """Returns ACI, NDSI and BI by scikit-maad, with the parameters of docs/ACOUSTICS.md."""
    amplitudes, _, frequencies_hz, _ = sound.spectrogram(
        samples / FULL_SCALE, rate_hz, nperseg=1024, noverlap=512, mode="amplitude"
    )
    _, _, aci = features.acoustic_complexity_index(amplitudes)
    ndsi, *_ = features.soundscape_index(
        amplitudes**2,
        frequencies_hz,
        flim_bioPh=(2000, 7000),
        flim_antroPh=(1000, 1000),
        R_compatible=None,
    )
    bi = features.bioacoustics_index(
        amplitudes, frequencies_hz, flim=(2000, 8000), R_compatible="soundecology"
    )
    return float(aci), float(ndsi), float(bi)


def assert_as_maad(figures: MinuteFigures, samples: np.ndarray, rate_hz: int) -> None:
    """Compares the indices of a minute with those of scikit-maad."""
    found = (figures.aci, figures.ndsi, figures.bi)
    assert found == pytest.approx(maad_indices(samples, rate_hz), rel=RELATIVE)


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("kind", ["noise", "chirps", "bursts"])
def test_the_indices_of_made_sound_are_those_of_scikit_maad(kind: str, rate_hz: int) -> None:
    """A whole minute, and the rest of a recording behind it."""
    samples = made(kind, rate_hz, 71.3)
    whole, rest = figures_of(samples, rate_hz)
    assert_as_maad(whole, samples[: 60 * rate_hz], rate_hz)
    assert_as_maad(rest, samples[60 * rate_hz :], rate_hz)


@pytest.mark.parametrize("rate_hz", [16_000, 32_000, 44_100])
def test_the_indices_of_recordings_are_those_of_scikit_maad(
    shared_data: Path, rate_hz: int
) -> None:
    """Two minutes of 24 clips of animals, weather and streets from ESC-50."""
    paths = sorted((shared_data / "esc50" / "audio").glob("1-*.flac"))[::10][:24]
    assert len(paths) == 24
    resampled = []
    for path in paths:
        clip, recorded_hz = soundfile.read(path, dtype="float32", always_2d=True)
        resampler = MonoResampler(recorded_hz, rate_hz)
        resampled += [resampler.resample(clip), resampler.flush()]
    samples = np.concatenate(resampled)
    minutes = figures_of(samples, rate_hz)
    assert [figures.is_partial for figures in minutes[:2]] == [False, False]
    for number, figures in enumerate(minutes[:2]):
        minute = samples[number * 60 * rate_hz : (number + 1) * 60 * rate_hz]
        assert_as_maad(figures, minute, rate_hz)
