"""Whether a place has fallen quieter than it ever was."""

import statistics
from collections import deque

from soundpost.audio import SILENCE_DBFS

MINUTE_SECONDS = 60
HISTORY_MINUTES = 24 * 60
LEARNING_MINUTES = 60
"""Less says little about a place; rain alone lasts longer."""
COLLAPSE_DB = 12.0
"""A palm or a plastic bag over a microphone takes 10 dB and more of its broad-band level, a torn
cable all of it; the quietest minute of a day is hardly ever 12 dB over the next one."""
RECOVERY_DB = 6.0


class LevelDrop:
    """Compares each minute with the quietest minute of the last day.

    Dusk, and rain that ends, bring the level down by as much as a cloth over the microphone does;
    but either a place has been as quiet before, or it gets there by and by, and every minute that
    is not 12 dB below all others becomes one of those that the next is compared with. What is goes
    by the median of a minute's seconds, so that single sounds do not matter.

    While the level has collapsed, nothing is learned. After a day of that it is the place's own.
    """

    def __init__(self) -> None:
        self._seconds: list[float] = []
        self._minutes: deque[float] = deque(maxlen=HISTORY_MINUTES)
        self._collapsed: deque[float] = deque(maxlen=HISTORY_MINUTES)

    @property
    def is_raised(self) -> bool:
        """Whether the level has collapsed."""
        return bool(self._collapsed)

    def update(self, level_dbfs: float) -> bool:
        """Whether it has after one more second of this level; digital silence is no level."""
        if level_dbfs > SILENCE_DBFS:
            self._seconds.append(level_dbfs)
        if len(self._seconds) == MINUTE_SECONDS:
            self._compare(statistics.median(self._seconds))
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
