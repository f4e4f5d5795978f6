"""Limits repeated messages: a cooldown, the first of a day, and again if surer."""

from typing import NamedTuple

from soundpost_notify.queue.memory import LatestSent

_MINUTE_MS = 60_000
_SCORE_STEP = 5e-5
"""Half of the last decimal of a score: 0.7 and 0.8 differ by a little less than 0.1 in binary."""


class Repetition(NamedTuple):
    """The limit of a rule, for each label of each node.

    Attributes:
        cooldown_minutes: The time after a message without another one; 0 for none.
        first_of_day: True for one message a day.
        surer_by: An event with a score that is higher by so much is sent all the same; None for
            never.
    """

    cooldown_minutes: float = 0.0
    first_of_day: bool = False
    surer_by: float | None = None

    @property
    def is_limited(self) -> bool:
        """True if there is a limit at all."""
        return self.first_of_day or self.cooldown_minutes > 0.0

    def admits(self, latest: LatestSent | None, now: LatestSent) -> bool:
        """Returns whether a message is sent after the latest one.

        The cooldown counts from when a message was decided, by the clock of this machine: after an
        outage many events arrive at once. A clock that was set back ends it.

        Args:
            latest: The latest message; None if there is none.
            now: The present one.
        """
        if latest is None:
            return True
        if self.surer_by is not None and now.score >= latest.score + self.surer_by - _SCORE_STEP:
            return True
        is_same_day = self.first_of_day and now.day <= latest.day
        elapsed_ms = now.at_ms - latest.at_ms
        is_cooling = 0 <= elapsed_ms < self.cooldown_minutes * _MINUTE_MS
        return not (is_same_day or is_cooling)
