"""Makes clips harder: other gains and positions, mixed with the background of the node."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm

VARIANTS = 8
"""Of each clip, besides the clip itself: enough for each gain and ratio to come about twice."""
LOWEST_GAIN_DB, HIGHEST_GAIN_DB = -18.0, 6.0
"""From eight times the distance to half of it."""
LOWEST_SNR_DB, HIGHEST_SNR_DB = 3.0, 25.0
"""Of the loud part over the background: below, even people miss half of the sounds."""
LONGEST_SECONDS = 6.0
"""Of a clip that is made harder: more of it adds windows, not variety."""
PEAK = 0.99 * FULL_SCALE
"""A mixture that is louder is lowered: clipping is another sound."""

Float = NDArray[np.float64]


def surround(sound: Pcm, background: Sequence[Pcm], length: int, rng: np.random.Generator) -> Pcm:
    """Returns a sound in its surroundings: background, or a quiet floor, without a seam.

    A node captures a short sound in the middle of other sound, never of digital silence.

    Args:
        sound: int16[n], n at most `length`.
        background: Pieces of background, int16[any]; may be none.
        length: Samples of the result.
        rng: Chooses.
    """
    before = (length - len(sound)) // 2
    placed = np.zeros(length)
    placed[before : before + len(sound)] = sound
    level = quiet_level(sound)
    floor = background_piece(background, length, rng)
    power = float(np.sqrt(np.mean(np.square(floor)))) or 1.0
    # As loud as the quietest part of the sound itself, and absent where the sound is.
    floor *= min(1.0, level / power)
    floor[before : before + len(sound)] = 0.0
    return to_pcm(placed + floor)


def variants(
    sound: Pcm, background: Sequence[Pcm], rng: np.random.Generator, shift_samples: int
) -> Iterator[tuple[Pcm, Pcm]]:
    """Yields mixtures of a sound, and the sound alone as it lies in each.

    Args:
        sound: int16[n], a sound in its surroundings.
        background: Pieces of background, int16[any]; may be none: then noise.
        rng: Chooses gain, position, piece and ratio.
        shift_samples: The sound is moved by less than this.
    """
    alone = sound.astype(np.float64)
    loud = loud_level(sound)
    for _ in range(VARIANTS):
        gain = 10.0 ** (rng.uniform(LOWEST_GAIN_DB, HIGHEST_GAIN_DB) / 20)
        shift = int(rng.integers(shift_samples))
        foreground = np.concatenate((np.zeros(shift), alone)) * gain
        piece = background_piece(background, len(foreground), rng)
        power = float(np.sqrt(np.mean(np.square(piece)))) or 1.0
        ratio = 10.0 ** (rng.uniform(LOWEST_SNR_DB, HIGHEST_SNR_DB) / 20)
        mixture = foreground + piece * (loud * gain / ratio / power)
        peak = float(np.abs(mixture).max())
        scale = min(1.0, PEAK / peak) if peak else 1.0
        yield to_pcm(mixture * scale), to_pcm(foreground * scale)


def background_piece(background: Sequence[Pcm], length: int, rng: np.random.Generator) -> Float:
    """Returns a piece of background, float64[length]; without any, pink noise.

    A piece that is too short is repeated.
    """
    if not background:
        return pink_noise(length, rng)
    piece = background[int(rng.integers(len(background)))]
    begin = int(rng.integers(max(1, len(piece) - length)))
    return np.resize(piece[begin : begin + length], length).astype(np.float64)


def pink_noise(length: int, rng: np.random.Generator) -> Float:
    """Returns noise whose power falls by 3 dB an octave, as that of most places does."""
    spectrum = np.fft.rfft(rng.normal(size=length))
    spectrum /= np.sqrt(np.maximum(1.0, np.arange(len(spectrum))))
    noise: Float = np.fft.irfft(spectrum, length)
    return noise / (float(np.std(noise)) or 1.0)


def quiet_level(sound: Pcm) -> float:
    """Returns the RMS level of the quietest tenth of a sound, in units of int16."""
    return _level(sound, 0.1)


def loud_level(sound: Pcm) -> float:
    """Returns the RMS level of the loudest tenth of a sound, in units of int16."""
    return _level(sound, 0.9)


def _level(sound: Pcm, quantile: float) -> float:
    pieces = np.array_split(sound.astype(np.float64), max(1, min(100, len(sound) // 100)))
    levels = [float(np.sqrt(np.mean(np.square(piece)))) for piece in pieces]
    return float(np.quantile(levels, quantile))


def to_pcm(values: Float) -> Pcm:
    """Returns samples as int16[n]; values beyond are clipped."""
    return np.clip(np.rint(values), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
