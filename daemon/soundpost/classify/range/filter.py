"""Follows the week of the year, and holds back labels that do not occur at the place."""

import logging
from collections.abc import Callable

from soundpost.audio import NANOSECONDS, Chunk
from soundpost.classify.bundle import Bundle
from soundpost.classify.range.label_range import LabelRange, build_label_range
from soundpost.classify.range.week import SeasonClock
from soundpost.config import DecideConfig, NodeConfig
from soundpost.observer import Observer
from soundpost.system.clock import ClockState

_log = logging.getLogger("soundpost.classify")


class RangeFilter(Observer):
    """States which labels occur now, and logs how many when the week changes.

    The labels themselves stay the same: topics, entities and rules are those of all labels. Only
    their events do not start in weeks in which they do not occur.

    Attributes:
        label_range: The labels that occur at the place in each week.

    Args:
        label_range: As above.
        week_at: Returns the week of a capture time; None while it is not known. Then every label
            may start: a false event is better than a missed one because of a dead battery.
    """

    def __init__(self, label_range: LabelRange, week_at: Callable[[int], int | None]) -> None:
        self.label_range = label_range
        self._week_at = week_at
        self._occurs = label_range.occurs
        self._columns = {label: column for column, label in enumerate(label_range.labels)}
        self._checked_second: int | None = None
        self._logged_week: int | None = None
        self._is_logged = False

    def includes(self, label: str, utc_ns: int) -> bool:
        """Returns whether a label occurs at a time, nanoseconds since 1970 UTC.

        A label that is not the model's, such as `unknown`, occurs everywhere.
        """
        column = self._columns.get(label)
        if column is None:
            return True
        week = self._week_at(utc_ns)
        return week is None or bool(self._occurs[week - 1, column])

    def on_chunk(self, chunk: Chunk) -> None:
        """Logs the number of labels at the start, and when the week changes."""
        second = chunk.utc_ns // NANOSECONDS
        if second == self._checked_second:  # the state of the clock is a system call
            return
        self._checked_second = second
        week = self._week_at(chunk.utc_ns)
        if self._is_logged and week == self._logged_week:
            return
        self._is_logged, self._logged_week = True, week
        if week is None:
            _log.warning(
                "the clock is not synced, so the week is not known: all %d labels are detected "
                "until it is, wherever they occur",
                len(self.label_range.labels),
            )
        else:
            _log.info("%s", self.label_range.describe(week))


def build_range_filter(
    node: NodeConfig, decide: DecideConfig, bundle: Bundle, clock: Callable[[], ClockState]
) -> RangeFilter | None:
    """Builds the filter of labels that do not occur at the node; None if all may start.

    Args:
        node: Has the place.
        decide: The rules of the model.
        bundle: May have a range model.
        clock: Returns the state of the wall clock.

    Raises:
        BundleError, ConfigError: As `build_label_range`.
    """
    label_range = build_label_range(node, decide, bundle)
    return RangeFilter(label_range, SeasonClock(clock)) if label_range else None
