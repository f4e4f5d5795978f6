"""The mel scale and its filterbank."""

import numpy as np
from numpy.typing import NDArray

from soundpost.features.spec import FeatureSpec

FloatMatrix = NDArray[np.float64]


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
