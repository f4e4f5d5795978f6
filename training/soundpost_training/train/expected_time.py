"""States how long a training will take, from its first steps."""

import time
from collections.abc import Callable
from datetime import timedelta

from soundpost_training.progress import console

WARM_UP = 2
"""First steps, which compile the network and are slower."""

MEASURED = 4
"""Steps after these, which are measured: a second or less of most trainings."""


class ExpectedTime:
    """Prints one line on the expected time of a training, after its first steps.

    Args:
        title: Of the training, for people.
        steps: Steps that are left.
        clock: Seconds that never go back.
    """

    def __init__(self, title: str, steps: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._title, self._steps, self._clock = title, steps, clock
        self._done = 0
        self._began = clock()

    def step(self) -> None:
        """Counts a step; the last measured one prints the line."""
        self._done += 1
        if self._done == WARM_UP:
            self._began = self._clock()
        if self._done != WARM_UP + MEASURED:
            return
        of_step = (self._clock() - self._began) / MEASURED
        left = timedelta(seconds=round(of_step * (self._steps - self._done)))
        console.print(
            f"{self._title}: {self._steps} steps of {1000 * of_step:.0f} ms, about {left}",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )
