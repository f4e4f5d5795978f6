"""Random parameters of made sounds, of which some ranges are kept for evaluation."""

from dataclasses import dataclass

import numpy as np

SLOTS = 12
"""Parts of a range; enough that each part of training lies beside one of evaluation."""
HELD_OUT_EVERY = 3
"""One slot in three is for evaluation, as a third of the recorded ambience is."""


@dataclass(frozen=True)
class Parameters:
    """A source of randomness, and the part of each range that it may draw from.

    A pitch or a rate that is drawn for evaluation is never drawn for training: a network is
    evaluated on other models of alarm, not on other recordings of those that it was trained with.
    """

    rng: np.random.Generator
    held_out: bool = False

    def between(self, low: float, high: float) -> float:
        """Returns a number of a range, from the slots of this part."""
        slots = [slot for slot in range(SLOTS) if self._is_mine(slot)]
        slot = slots[int(self.rng.integers(len(slots)))]
        return low + (high - low) * (slot + float(self.rng.random())) / SLOTS

    def close_to(self, value: float, tolerance: float) -> float:
        """Returns a number within a relative tolerance, such as 0.1; the same for both parts."""
        return value * (1 + tolerance * float(self.rng.uniform(-1, 1)))

    def chance(self, probability: float) -> bool:
        """Returns whether an event of this probability happens."""
        return bool(self.rng.random() < probability)

    def _is_mine(self, slot: int) -> bool:
        return (slot % HELD_OUT_EVERY == 1) == self.held_out
