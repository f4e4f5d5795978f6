"""Level drop: a minute is far quieter than every minute of the last day."""

from collections import deque

from soundpost.audio import SILENCE_DBFS

MINUTE_SECONDS = 60
HISTORY_MINUTES = 24 * 60
"""A day: the quietest minute of a place is usually at night."""
LEARNING_MINUTES = 60
"""Shorter recordings do not represent a place: a shower of rain alone may last as long."""
COLLAPSE_DB = 12.0
"""A palm or a plastic bag over a microphone takes 10 dB and more of its broad-band level, a torn
cable all of it; the quietest minute of a day is hardly ever 12 dB below the second quietest."""
RECOVERY_DB = 6.0
"""Half of `COLLAPSE_DB`, so that a level between the two does not raise and clear by turns."""


class LevelDrop:
    """Compares each minute with the quietest minute of the last day.

    Dusk, and rain that ends, lower the level by as much as a cloth over the microphone does. Such
    a level is no problem: the place was as quiet before, or its level falls step by step. Every
    minute that is not 12 dB below all others joins the history for the next comparison. The level
    of a minute is the median of its seconds, so that single sounds do not matter.

    While the level has collapsed no minute joins the history. After a day the new level is normal.
    """

    def __init__(self) -> None:
        self._seconds: list[float] = []
        self._minutes: deque[float] = deque(maxlen=HISTORY_MINUTES)
        self._collapsed: deque[float] = deque(maxlen=HISTORY_MINUTES)

    @property
    def is_raised(self) -> bool:
        """True while the level has collapsed."""
        return bool(self._collapsed)

    def update(self, level_dbfs: float) -> bool:
        """Returns whether it has collapsed after one more second; digital silence is left out."""
        if level_dbfs > SILENCE_DBFS:
            self._seconds.append(level_dbfs)
        if len(self._seconds) == MINUTE_SECONDS:
            self._compare(_median(self._seconds))
            self._seconds.clear()
        return self.is_raised

    def _compare(self, minute_dbfs: float) -> None:
        margin_db = RECOVERY_DB if self.is_raised else COLLAPSE_DB
        knows_place = len(self._minutes) >= LEARNING_MINUTES
        if knows_place and minute_dbfs < min(self._minutes) - margin_db:
            self._collapsed.append(minute_dbfs)
            if len(self._collapsed) < HISTORY_MINUTES:
                return
            self._minutes.extend(self._collapsed)
        self._minutes.append(minute_dbfs)
        self._collapsed.clear()


def _median(seconds_dbfs: list[float]) -> float:
    """Returns the median of a minute; the module `statistics` would load fractions and more."""
    ordered, middle = sorted(seconds_dbfs), MINUTE_SECONDS // 2
    return (ordered[middle - 1] + ordered[middle]) / 2
