"""The events of an archive by day and by hour, from a second pass over its recordings."""

from collections.abc import Sequence
from datetime import tzinfo

from soundpost.archive.part import Part
from soundpost.archive.report.heat_map import HeatMap
from soundpost.archive.report.local_time import (
    HOURS,
    DayColumns,
    certain_start_ns,
    local,
    quarters,
)
from soundpost.archive.report.totals import LabelKey, Totals

MOST_ROWS = 60
"""Labels with a row of their own in a table over time: what a page shows in a few screens."""


class Counts:
    """Counts the events of recordings whose time is certain; the others are in the totals alone.

    Args:
        totals: Of all recordings.
        zone: The zone of days and hours; UTC if it is None.
    """

    def __init__(self, totals: Totals, zone: tzinfo | None) -> None:
        self._zone = zone
        labels = [
            key for key in totals.ranked() if totals.labels[key].events > totals.labels[key].untimed
        ][:MOST_ROWS]
        self.days: DayColumns | None = None
        self.by_day = HeatMap(labels, ())
        self.by_hour = HeatMap(labels, HOURS)
        if totals.first_ns is not None and totals.last_ns is not None:
            first, last = (local(at, zone).date() for at in (totals.first_ns, totals.last_ns))
            self.days = DayColumns(first, last)
            self.by_day = HeatMap(labels, self.days.names)

    def add(self, part: Part) -> None:
        """Adds a recording that the totals have."""
        start_ns = certain_start_ns(part)
        if start_ns is None or self.days is None:
            return
        for quarter_ns, seconds in quarters(start_ns, part.seconds):
            time = local(quarter_ns, self._zone)
            self.by_hour.add_sound(time.hour, seconds)
            self.by_day.add_sound(self.days.position(time.date()), seconds)
        for row in part.rows:
            if row.onset_utc_ns is not None:
                key: LabelKey = row.label, row.model_id
                time = local(row.onset_utc_ns, self._zone)
                self.by_hour.add_event(key, time.hour)
                self.by_day.add_event(key, self.days.position(time.date()))

    def maps(self) -> Sequence[tuple[str, HeatMap]]:
        """Returns the tables with their units; none if no time is certain."""
        return ((self.days.unit, self.by_day), ("hour", self.by_hour)) if self.days else ()
