"""Makes clips harder: other gains, positions and speeds, and background of the node."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm
from soundpost.audio.resample import resample_whole
from soundpost.teach.sound.loud_part import loudest_stretch

VARIANTS = 8
"""Of each clip, besides the clip itself: by turns one at another speed and one in background."""
LOWEST_GAIN_DB, HIGHEST_GAIN_DB = -18.0, 6.0
"""From eight times the distance to half of it."""
LOWEST_SNR_DB, HIGHEST_SNR_DB = 12.0, 35.0
"""Of the loud part over the background. From 3 to 25 dB clips became less like each other than like
the sounds of that background, if it is a busy one: see docs/adr/0068."""
MOST_SEMITONES = 1.5
"""Of a change of speed: a tenth, as much as sources of one kind differ among each other."""
LONGEST_SECONDS = 6.0
"""Of a clip that is made harder: more of it adds windows, not variety."""
_RATE_HZ = 48_000
"""Any rate: only the ratio of two counts."""
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
    """Yields harder versions of a sound, and the sound alone as it lies in each.

    All differ in gain and position. By turns a version is at another speed, which changes pitch and
    duration, or is mixed with background.

    Args:
        sound: int16[n], a sound in its surroundings.
        background: Pieces of background, int16[any]; may be none: then noise.
        rng: Chooses gain, position, speed, piece and ratio.
        shift_samples: The sound is moved by less than this.
    """
    for number in range(VARIANTS):
        gain = 10.0 ** (rng.uniform(LOWEST_GAIN_DB, HIGHEST_GAIN_DB) / 20)
        silence = np.zeros(int(rng.integers(shift_samples)))
        if number % 2:
            foreground = np.concatenate((silence, sound)) * gain
            mixture = foreground + _floor(foreground, background, rng)
        else:
            played = _at_other_speed(sound, background, rng)
            foreground = mixture = np.concatenate((silence, played)) * gain
        peak = float(np.abs(mixture).max())
        scale = min(1.0, PEAK / peak) if peak else 1.0
        yield to_pcm(mixture * scale), to_pcm(foreground * scale)


def _floor(foreground: Float, background: Sequence[Pcm], rng: np.random.Generator) -> Float:
    """Returns background for a foreground, float64[n], at a ratio of their levels."""
    piece = background_piece(background, len(foreground), rng)
    power = float(np.sqrt(np.mean(np.square(piece)))) or 1.0
    ratio = 10.0 ** (rng.uniform(LOWEST_SNR_DB, HIGHEST_SNR_DB) / 20)
    floor: Float = piece * (loud_level(foreground) / ratio / power)
    return floor


def _at_other_speed(sound: Pcm, background: Sequence[Pcm], rng: np.random.Generator) -> Pcm:
    """Returns a sound that is played faster or slower, int16[n] as long as before."""
    factor = 2.0 ** (rng.uniform(-MOST_SEMITONES, MOST_SEMITONES) / 12)
    played = resample_whole(sound, _RATE_HZ, round(_RATE_HZ * factor))
    return surround(loudest_stretch(played, len(sound), _RATE_HZ), background, len(sound), rng)


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


def loud_level(sound: Pcm | Float) -> float:
    """Returns the RMS level of the loudest tenth of a sound, in units of int16."""
    return _level(sound, 0.9)


def _level(sound: Pcm | Float, quantile: float) -> float:
    pieces = np.array_split(sound.astype(np.float64), max(1, min(100, len(sound) // 100)))
    levels = [float(np.sqrt(np.mean(np.square(piece)))) for piece in pieces]
    return float(np.quantile(levels, quantile))


def to_pcm(values: Float) -> Pcm:
    """Returns samples as int16[n]; values beyond are clipped."""
    return np.clip(np.rint(values), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
