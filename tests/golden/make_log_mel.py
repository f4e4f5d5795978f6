"""Makes log_mel.npz beside this file: `python tests/golden/make_log_mel.py`.

The log-mel of five synthesised sounds, computed from the definition: a discrete Fourier sum
without a fast transform, triangle by triangle, in extended precision, without soundpost's code.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
RATE_HZ, FRAME, HOP, FFT = 16_000, 400, 160, 512
BANDS, LOW_HZ, HIGH_HZ, OFFSET = 64, 125, 7_500, np.longdouble("0.001")
FRAMES = 12
SAMPLES = (FRAMES - 1) * HOP + FRAME
Exact = NDArray[np.floating]


def sounds() -> dict[str, NDArray[np.int16]]:
    """Returns five sounds, int16[SAMPLES] each: typical ones, and the extremes of int16."""
    time = np.arange(SAMPLES)
    sweep = 12_000 * np.sin(2 * np.pi * (100 + 1.2 * time) * time / RATE_HZ)
    clicks = np.where(time % 500 == 0, 32_767, 0)
    square = np.where(time // 8 % 2 == 0, 32_767, -32_768)
    # A generator of our own (ANSI C's rand), so that the vectors depend on no library's.
    state, noise = 20_261_120, np.empty(SAMPLES)
    for index in range(SAMPLES):
        state = (1_103_515_245 * state + 12_345) % 2**31
        noise[index] = (state >> 16) % 2_000 - 1_000
    exact = {
        "silence": 0 * time,
        "sweep": sweep,
        "clicks": clicks,
        "square": square,
        "noise": noise,
    }
    return {name: np.rint(sound).astype(np.int16) for name, sound in exact.items()}


def fourier() -> tuple[Exact, Exact]:
    """Returns cosines and sines of the transform, multiplied by the periodic Hann window."""
    turn = 2 * np.longdouble("3.14159265358979323846264338327950288")
    sample, bin_ = np.arange(FRAME), np.arange(FFT // 2 + 1)[:, None]
    angle = turn * (bin_ * sample % FFT).astype(np.longdouble) / FFT
    taper = (1 - np.cos(turn * sample.astype(np.longdouble) / FRAME)) / 2
    return taper * np.cos(angle), taper * np.sin(angle)


def mel(hertz: float | np.longdouble) -> np.longdouble:
    """Converts a frequency to the HTK mel scale."""
    return np.longdouble(1127 * np.log1p(np.longdouble(hertz) / 700))


def triangle(band: int, hertz: np.longdouble) -> np.longdouble:
    """Returns the weight of a frequency in a band; its sides are straight on the mel scale."""
    step = (mel(HIGH_HZ) - mel(LOW_HZ)) / (BANDS + 1)
    distance = abs(mel(hertz) - (mel(LOW_HZ) + (band + 1) * step)) / step
    return max(np.longdouble(0), 1 - distance)


def log_mel(sound: NDArray[np.int16]) -> NDArray[np.float32]:
    """Returns float32[FRAMES, BANDS] by the definition."""
    cosines, sines = fourier()
    hertz = [np.longdouble(RATE_HZ) * bin_ / FFT for bin_ in range(FFT // 2 + 1)]
    weights = np.array(
        [[triangle(band, frequency) for band in range(BANDS)] for frequency in hertz]
    )
    weights[0] = 0
    rows = []
    for first in range(0, FRAMES * HOP, HOP):
        frame = sound[first : first + FRAME].astype(np.longdouble) / 32_768
        magnitude = np.hypot((cosines * frame).sum(axis=1), (sines * frame).sum(axis=1))
        rows.append(np.log((magnitude[:, None] * weights).sum(axis=0) + OFFSET))
    return np.array(rows).astype(np.float32)


def vectors() -> dict[str, NDArray[np.int16] | NDArray[np.float32]]:
    """Returns the arrays of log_mel.npz: names, pcm and log_mel."""
    named = sounds()
    return {
        "name": np.array(list(named)),
        "pcm": np.stack(list(named.values())),
        "log_mel": np.stack([log_mel(sound) for sound in named.values()]),
    }


if __name__ == "__main__":
    np.savez_compressed(HERE / "log_mel.npz", **vectors())  # type: ignore[arg-type] # a stub's error
