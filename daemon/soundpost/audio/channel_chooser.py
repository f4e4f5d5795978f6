"""Chooses the channels of a recording that carry its sound."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONG_SECONDS = 30.0
"""Time constant of the long memory. The loudest sounds dominate its power: a channel that carried a
sound remains in use through minutes of quiet."""
SHORT_SECONDS = 1.0
"""Time constant of the short memory, longer than the pauses within most sounds. A sound that moves
from one channel to another is followed within about as long."""

JOIN_RATIO = 0.1
"""A channel within 10 dB of the loudest, in the long memory, carries sound."""
LEAVE_RATIO = 0.01
"""At 20 dB below the loudest it does so no more: 10 dB of hysteresis."""
LOUDER_RATIO = 2.0
"""A channel that is 3 dB louder than all used ones, in the short memory, is used at once."""
LOUDEST_RATIO = 4.0
"""A channel that is 6 dB louder, in the long memory, takes over as the one that signs are compared
with."""

INVERTED_CORRELATION = -0.5
"""Below this a channel would lower the mix by 6 dB or more, and is left out."""
UPRIGHT_CORRELATION = -0.2
"""Above this it is mixed again. Unrelated channels are at 0."""
ANTIPHASE_CORRELATION = -0.9
"""Below this two channels carry one sound with opposite sign. Sound from one side reaches two
microphones in opposite phase, too, but at single frequencies only."""


class ChannelChooser:
    """Decides block by block which channels are mixed, with hysteresis over seconds of power.

    Two memories hold the covariance of the channels, without their mean, as exponential averages.
    A channel without any power (dead, or stuck at a value) is never used while another has some.
    A channel whose sign is opposite to that of the loudest one is left out, because a mix of the
    two would cancel. A block is decided with its own power included, so the first block of a sound
    after a long silence is complete.

    Args:
        channels: Number of channels, at least 2.
        rate_hz: Their rate.

    Attributes:
        used: For each channel, whether it is mixed; all are until a block has power.
        has_power: True once a block had power.
        is_antiphase: True while two channels carry one sound with opposite sign.
    """

    def __init__(self, channels: int, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._long = np.zeros((channels, channels))
        self._short = np.zeros((channels, channels))
        self._loudest = 0
        self._carries = [True] * channels
        self._is_inverted = [False] * channels
        self.used = (True,) * channels
        self.has_power = False
        self.is_antiphase = False

    def update(self, block: NDArray[np.floating[Any]]) -> None:
        """Decides again, with one more block.

        Args:
            block: float[frames, channels], finite.
        """
        # One row a channel: sums along rows are several times quicker than along short frames.
        rows = block.T.astype(np.float64, order="C")
        rows -= rows[:, :1].copy()  # exactly 0 in a constant channel
        # As `mean` does, whose wrapper takes longer than the sum of a block.
        rows -= np.add.reduce(rows, axis=1, keepdims=True) / len(block)
        covariance = rows @ rows.T
        seconds = len(block) / self._rate_hz
        self._long *= math.exp(-seconds / LONG_SECONDS)
        self._long += covariance
        self._short *= math.exp(-seconds / SHORT_SECONDS)
        self._short += covariance
        # Lists, because for the few channels of a card they are quicker than arrays.
        ever, now = self._long.tolist(), self._short.tolist()
        long, short = _diagonal(ever), _diagonal(now)
        if not any(long):
            return
        self.has_power = True
        self._find_carrying(long, short)
        if long[self._loudest] * LOUDEST_RATIO < max(long):
            self._loudest = long.index(max(long))
            self._is_inverted = [False] * len(long)
        self._compare_signs(
            _correlations(ever[self._loudest], long, self._loudest),
            _correlations(now[self._loudest], short, self._loudest),
        )
        pairs = zip(self._carries, self._is_inverted, strict=True)
        self.used = tuple(carries and not is_inverted for carries, is_inverted in pairs)

    def _find_carrying(self, long: list[float], short: list[float]) -> None:
        most, most_now = max(long), max(short)
        used_now = max(now for now, carries in zip(short, self._carries, strict=True) if carries)
        for at, (power, power_now) in enumerate(zip(long, short, strict=True)):
            if self._carries[at]:
                carries = power >= LEAVE_RATIO * most or power_now * LOUDER_RATIO > most_now
            else:
                carries = power >= JOIN_RATIO * most or power_now > LOUDER_RATIO * used_now
            self._carries[at] = carries and power > 0.0

    def _compare_signs(self, ever: list[float], now: list[float]) -> None:
        """Finds the inverted channels by correlations with the loudest, of the two memories."""
        self._is_inverted = [
            correlation < (UPRIGHT_CORRELATION if was_inverted else INVERTED_CORRELATION)
            for correlation, was_inverted in zip(now, self._is_inverted, strict=True)
        ]
        self.is_antiphase = any(
            carries and correlation < ANTIPHASE_CORRELATION
            for correlation, carries in zip(ever, self._carries, strict=True)
        )


def _diagonal(matrix: list[list[float]]) -> list[float]:
    return [row[at] for at, row in enumerate(matrix)]


def _correlations(products: list[float], powers: list[float], channel: int) -> list[float]:
    """Returns the correlation coefficients of all channels with one, 0 for one without power."""
    return [
        product / root if (root := math.sqrt(power) * math.sqrt(powers[channel])) else 0.0
        for product, power in zip(products, powers, strict=True)
    ]
