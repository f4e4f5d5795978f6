"""Draws the spectrogram of a clip: its log-mel, with the event marked."""

import math

import numpy as np
from numpy.typing import NDArray

from soundpost.evidence.encode.png import encode_png
from soundpost.features import FeatureSpec

BAND_PIXELS = 3
RULER_PIXELS = 8
TICK_PIXELS = 3
WIDEST_PIXELS = 640
"""Longer clips are drawn several frames to a pixel: with the default front end those of more than
6.4 s. The cost of a picture is proportional to its pixels."""

LEAST_RANGE = 4.0
"""Nepers from black to bright, at least, so that noise alone does not look like an event."""

SHADES = 252
BLACK, GREY, WHITE, RED = range(SHADES, 256)

# Matplotlib's viridis (van der Walt and Smith, 2015, CC0) at nine points: lightness rises evenly,
# also for the colour-blind and in print.
_VIRIDIS = (
    (68, 1, 84),
    (71, 44, 122),
    (59, 81, 139),
    (44, 113, 142),
    (33, 144, 141),
    (39, 173, 129),
    (92, 200, 99),
    (170, 220, 50),
    (253, 231, 37),
)


def draw(
    log_mel: NDArray[np.float32],
    length_samples: int,
    spec: FeatureSpec,
    event: tuple[int, int | None],
    silenced: list[tuple[int, int]],
) -> bytes:
    """Returns a PNG file: low sounds below, a tick each second, the event between white lines.

    A red bar below marks the event too; a silenced stretch is black.

    Args:
        log_mel: float32[frames, mel_bands], of the clip as it is stored.
        length_samples: Length of the clip.
        spec: How its log-mel is made.
        event: First and one-past-last sample of the event in the clip; None if it lasts longer.
        silenced: First and one-past-last sample of each silenced stretch.
    """
    step = max(1, -(-len(log_mel) // WIDEST_PIXELS))
    log_mel = _thinned(log_mel, step)
    columns = len(log_mel)

    def column(sample: int) -> int:
        return min(columns, max(0, round(sample / (spec.hop_samples * step))))

    image = np.repeat(shades(log_mel, spec).T[::-1], BAND_PIXELS, axis=0)
    ruler = np.full((RULER_PIXELS, columns), BLACK, np.uint8)
    for start, end in silenced:
        image[:, column(start) : column(end)] = BLACK
    onset, offset = event
    first = column(onset)
    last = columns if offset is None else max(column(offset), first + 1)
    ruler[TICK_PIXELS + 1 :, first:last] = RED
    for second in range(0, length_samples, spec.sample_rate_hz):
        ruler[:TICK_PIXELS, column(second) : column(second) + 1] = GREY
    image[:, first : first + 1] = WHITE
    if offset is not None:
        image[:, last - 1 : last] = WHITE
    return encode_png(np.concatenate((image, ruler)), PALETTE)


def _thinned(log_mel: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """Returns the maximum of every `step` frames, at least one, so that short sounds stay."""
    if not len(log_mel):
        return np.zeros((1, log_mel.shape[1]), np.float32)
    loudest = log_mel[::step].copy()
    for first in range(1, step):
        others = log_mel[first::step]
        np.maximum(loudest[: len(others)], others, out=loudest[: len(others)])
    return loudest


def shades(log_mel: NDArray[np.float32], spec: FeatureSpec) -> NDArray[np.uint8]:
    """Maps log-mel to shades, from the quietest 5 % of sounding values to the loudest 0.1 %.

    The range is at least `LEAST_RANGE`. The percentiles come from a histogram of equal steps,
    because sorting the values would take longer than the rest of the picture.
    """
    least = float(log_mel.min())
    steps_per_neper = (SHADES - 1) / max(float(log_mel.max()) - least, LEAST_RANGE)
    steps = ((log_mel - np.float32(least)) * np.float32(steps_per_neper)).astype(np.uint8)
    counts = np.bincount(steps.ravel(), minlength=SHADES)
    silence = math.log(spec.log_offset) + 1e-3
    if least <= silence:
        counts[: int((silence - least) * steps_per_neper) + 1] = 0
    sounding = counts.cumsum()
    low, high = np.searchsorted(sounding, sounding[-1] * np.array([0.05, 0.999]))
    high = max(high, low + LEAST_RANGE * steps_per_neper)
    levels = (np.arange(SHADES) - low) * ((SHADES - 1) / (high - low))
    shade_of: NDArray[np.uint8] = np.clip(levels, 0, SHADES - 1).astype(np.uint8)
    return shade_of[steps]


def _palette() -> NDArray[np.uint8]:
    anchors = np.array(_VIRIDIS, np.float64)
    at = np.linspace(0, len(anchors) - 1, SHADES)
    colours = np.stack([np.interp(at, range(len(anchors)), part) for part in anchors.T], axis=1)
    marks = [(0, 0, 0), (150, 150, 150), (255, 255, 255), (214, 39, 40)]
    return np.concatenate((np.rint(colours), marks)).astype(np.uint8)


PALETTE = _palette()
