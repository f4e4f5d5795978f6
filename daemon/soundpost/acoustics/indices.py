"""Acoustic indices, as scikit-maad 1.5 computes them from the spectrogram of a minute."""

import numpy as np

from soundpost.acoustics.spectrum import SpectrumSums

ANTHROPHONY_HZ = (1_000, 2_000)
BIOPHONY_HZ = (2_000, 8_000)
"""The bands of Kasten et al. (2012). scikit-maad's default bands both have 1 to 2 kHz."""
_BAND_HZ = 1_000
BIRDS_HZ = (2_000, 8_000)
"""The band of Boelman et al. (2007)."""
LOWEST_RATE_HZ = 2 * BIOPHONY_HZ[1]
"""Of NDSI and BI: with a lower rate their bands would be cut, and the figures would mean less."""

LOWEST_AMPLITUDE = 1e-12
"""The floor of a mean amplitude, -240 dB: a bin that is exactly 0 gives a finite BI."""


def acoustic_complexity_index(sums: SpectrumSums) -> float:
    """Returns ACI: the change of amplitude in time over the amplitude, summed over all bins.

    N. Pieretti, A. Farina, D. Morri, "A new methodology to infer the singing activity of an avian
    community: the Acoustic Complexity Index (ACI)", Ecological Indicators 11, 2011; with the minute
    as its only temporal step. As `maad.features.acoustic_complexity_index` of the amplitudes. A bin
    without any amplitude adds 0.
    """
    amplitude = np.where(sums.amplitude > 0.0, sums.amplitude, 1.0)
    return float((sums.change / amplitude).sum())


def normalized_difference_soundscape_index(sums: SpectrumSums) -> float:
    """Returns NDSI: the difference of biophony and anthrophony over their sum, in [-1, 1].

    E. P. Kasten, S. H. Gage, J. Fox, W. Joo, "The remote environmental assessment laboratory's
    acoustic library: An archive for studying soundscape ecology", Ecological Informatics 12, 2012.
    Each is the sum over bands of 1 kHz of the mean power of their bins, as
    `maad.features.soundscape_index` with `flim_antroPh=(1000, 1000)`, `flim_bioPh=(2000, 7000)` and
    `R_compatible=None`, whose limits are the lower ends of the first and the last band.

    Returns:
        The index; 0 if there is no power in any of the bands.
    """
    anthrophony, biophony = (_power(sums, band) for band in (ANTHROPHONY_HZ, BIOPHONY_HZ))
    total = anthrophony + biophony
    return (biophony - anthrophony) / total if total > 0.0 else 0.0


def bioacoustic_index(sums: SpectrumSums) -> float:
    """Returns BI: the area under the spectrum in dB, above its minimum, between 2 and 8 kHz.

    N. T. Boelman, G. P. Asner, P. J. Hart, R. E. Martin, "Multi-trophic invasion resistance in
    Hawaii: bioacoustics, field surveys, and airborne remote sensing", Ecological Applications 17,
    2007. As `maad.features.bioacoustics_index` of the amplitudes with `flim=(2000, 8000)` and
    `R_compatible="soundecology"`, which takes the mean of amplitudes and divides by the distance of
    two bins in Hz.
    """
    first, last = (int(np.abs(sums.frequencies_hz - edge_hz).argmin()) for edge_hz in BIRDS_HZ)
    mean = sums.amplitude[first : last + 1] / sums.frames
    decibels = 20.0 * np.log10(np.maximum(mean, LOWEST_AMPLITUDE))
    return float((decibels - decibels.min()).sum() / sums.bin_hz)


def _power(sums: SpectrumSums, band_hz: tuple[int, int]) -> float:
    frequencies_hz = sums.frequencies_hz
    total = 0.0
    for low_hz in range(*band_hz, _BAND_HZ):
        is_in_band = (frequencies_hz >= low_hz) & (frequencies_hz < low_hz + _BAND_HZ)
        total += float(sums.power[is_in_band].mean())
    return total / max(1, sums.frames)
