"""Alarms: thresholds with hysteresis over the mean of the latest values."""

from collections import deque

import msgspec


class AlarmSettings(msgspec.Struct, frozen=True):
    """The condition that raises an alarm, and the one that clears it.

    Attributes:
        over: Number of values in the mean; with fewer the alarm is not raised.
        raise_at: The lowest mean that raises it.
        clear_at: The highest mean that clears it, below `raise_at`.
    """

    over: int
    raise_at: float
    clear_at: float


class Alarm:
    """An alarm that is raised and cleared by the mean of its latest values.

    Between the two thresholds it keeps its state.

    Args:
        settings: The thresholds.

    Attributes:
        is_raised: True while it is raised.
    """

    def __init__(self, settings: AlarmSettings) -> None:
        self._settings = settings
        self._values: deque[float] = deque(maxlen=settings.over)
        self.is_raised = False

    def update(self, value: float) -> bool:
        """Returns whether the alarm is raised after one more value."""
        self._values.append(value)
        mean = sum(self._values) / len(self._values)
        if mean <= self._settings.clear_at:
            self.is_raised = False
        elif mean >= self._settings.raise_at and len(self._values) == self._settings.over:
            self.is_raised = True
        return self.is_raised

    def reset(self) -> None:
        """Clears the alarm and discards its values."""
        self._values.clear()
        self.is_raised = False
