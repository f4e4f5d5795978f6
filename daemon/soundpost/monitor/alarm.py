"""Raising and clearing with hysteresis."""

from collections import deque


class Alarm:
    """Whether something holds, judged by the mean of its last values.

    It is raised when the mean of all of them reaches one threshold, and cleared when it falls to
    the other; in between it stays as it is.

    Args:
        over: How many values are looked at; with fewer it is not raised.
        raise_at: The least mean that raises it.
        clear_at: The greatest mean that clears it, below `raise_at`.
    """

    def __init__(self, *, over: int, raise_at: float, clear_at: float) -> None:
        self._values: deque[float] = deque(maxlen=over)
        self._over = over
        self._raise_at = raise_at
        self._clear_at = clear_at
        self.is_raised = False

    def update(self, value: float) -> bool:
        """Whether it is raised after one more value."""
        self._values.append(value)
        mean = sum(self._values) / len(self._values)
        if mean <= self._clear_at:
            self.is_raised = False
        elif mean >= self._raise_at and len(self._values) == self._over:
            self.is_raised = True
        return self.is_raised

    def reset(self) -> None:
        """Clear it, and begin anew."""
        self._values.clear()
        self.is_raised = False
