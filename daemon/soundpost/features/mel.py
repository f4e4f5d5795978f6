"""The mel scale and its filterbank."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from soundpost.features.spec import FeatureSpec

FloatMatrix = NDArray[np.float64]

BLOCKS = 4
"""Of the filterbank, see `MelBands`."""


def hz_to_mel(frequency_hz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Converts to HTK mel, 1127 ln(1 + f / 700) (Young et al., The HTK Book, 2006, eq. 5.13)."""
    return 1127.0 * np.log1p(np.asarray(frequency_hz, dtype=np.float64) / 700.0)


def mel_filterbank(spec: FeatureSpec) -> FloatMatrix:
    """Computes the triangular weights from spectrum to mel bands, float64[fft_bins, mel_bands].

    The triangles have straight sides on the mel scale (as in HTK and in the front end of
    VGGish), not on the hertz scale (as in Slaney's Auditory Toolbox and librosa), and a peak
    of 1. The bin at 0 Hz is never inside a triangle.
    """
    bins = spec.fft_size // 2 + 1
    bin_mel = hz_to_mel(np.linspace(0.0, spec.sample_rate_hz / 2.0, bins))
    edges = np.linspace(hz_to_mel(spec.low_hz), hz_to_mel(spec.high_hz), spec.mel_bands + 2)
    lower, center, upper = edges[:-2], edges[1:-1], edges[2:]
    rising = (bin_mel[:, None] - lower) / (center - lower)
    falling = (upper - bin_mel[:, None]) / (upper - center)
    return np.maximum(0.0, np.minimum(rising, falling))


class MelBands:
    """Sums spectra into mel bands, and leaves out most of the zeros of the filterbank.

    Neighbouring bands have their weights in neighbouring bins, so the matrix is multiplied in
    blocks of bands, each with the bins between its first and its last weight. With four blocks a
    quarter of the products is left, a third with three; eight have half of those of four again, but
    their calls cost more than that saves (docs/PERFORMANCE.md).

    Args:
        weights: float64[fft_bins, mel_bands], the filterbank.
    """

    def __init__(self, weights: FloatMatrix) -> None:
        self._blocks: list[tuple[slice, slice, FloatMatrix]] = []
        bands = weights.shape[1]
        edges = [bands * block // BLOCKS for block in range(BLOCKS + 1)]
        for first, end in pairwise(edges):
            used = np.flatnonzero(weights[:, first:end].any(axis=1))
            bins = slice(used[0], used[-1] + 1) if len(used) else slice(0, 0)
            block = np.ascontiguousarray(weights[bins, first:end])
            self._blocks.append((bins, slice(first, end), block))

    def sum(self, spectra: FloatMatrix, out: FloatMatrix) -> None:
        """Writes the weighted sums of spectra.

        Args:
            spectra: float64[frames, fft_bins], magnitudes.
            out: float64[frames, mel_bands], receives the sums.
        """
        for bins, bands, weights in self._blocks:
            np.matmul(spectra[:, bins], weights, out=out[:, bands])
