"""The pages of the history: the list of events, the hours of the day, the days of a label."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from soundpost_web.history.counts import day_counts, heat_map
from soundpost_web.history.filters import STATES
from soundpost_web.history.numbers import Gap
from soundpost_web.history.query import (
    EventPage,
    find_events,
    label_choices,
    node_choices,
)
from soundpost_web.nodes.latest_events import EventKey
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.event_view import EventView, view_event
from soundpost_web.pages.history_form import (
    HistoryForm,
    make_filter,
    periods,
    read_cursor,
    read_form,
    today_in,
)
from soundpost_web.settings.zones import Zones

_COUNTED = "confirmed"
"""What is counted unless the address says otherwise: a retracted event was withdrawn."""
_STEPS = 6
"""Colours of the heat map."""


class Row(NamedTuple):
    """A row of the list: an event, or a gap in the messages of a node."""

    view: EventView | None = None
    gap: Gap | None = None


class HistoryPages:
    """Queries the history for its pages.

    Args:
        path: The history.
        zones: The zones of nodes.
        text: The texts.
        groups: The labels of each group.
        verdict_texts: Returns the verdicts of people on events in words, by their ids.
    """

    def __init__(
        self,
        path: Path,
        zones: Zones,
        text: Catalogue,
        groups: Mapping[str, Sequence[str]],
        verdict_texts: Callable[[list[str]], Mapping[str, str]] = lambda _: {},
    ) -> None:
        self._path = path
        self._zones = zones
        self._text = text
        self._groups = groups
        self._verdict_texts = verdict_texts

    def events(self, values: Mapping[str, str], running: set[EventKey]) -> dict[str, object]:
        """Returns what the list of events takes.

        Args:
            values: The values of the address.
            running: The events that last.

        Raises:
            WrongValueError: A value of the address is wrong.
            sqlite3.Error: The history cannot be read.
        """
        form = read_form(values, today_in(self._zones))
        wanted = make_filter(form, self._zones, self._groups)
        page = find_events(self._path, wanted, read_cursor(values.get("before", "")))
        rows = self._rows(page, running)
        verdicts = self._verdict_texts([event.id for event in page.events if event.clip])
        filtered = self._filter(form, "/history")
        return {**filtered, "page": page, "rows": rows, "verdicts": verdicts}

    def hours(self, values: Mapping[str, str]) -> dict[str, object]:
        """Returns what the hours of the day take; arguments and errors as for `events`."""
        form = read_form(values, today_in(self._zones), _COUNTED)
        counts = heat_map(self._path, make_filter(form, self._zones, self._groups), self._zones)
        largest = counts.largest

        def steps(count: int) -> int:
            """Returns the colour of a count: 0 for none, then by equal shares of the largest."""
            return -(-count * _STEPS // largest) if largest else 0

        return {**self._filter(form, "/hours"), "map": counts, "steps": steps}

    def label(self, values: Mapping[str, str]) -> dict[str, object]:
        """Returns what the page of a label takes; arguments and errors as for `events`."""
        today = today_in(self._zones)
        offered = periods(today)
        form = read_form({"from": dict(offered)["month"], **values}, today, _COUNTED)
        wanted = make_filter(form, self._zones, self._groups)
        days = day_counts(self._path, wanted, self._zones)
        names = {choice.name: choice.shown for choice in label_choices(self._path)}
        return {
            "form": form,
            "periods": offered,
            "shown": names.get(form.label, form.label),
            "days": days,
            "total": sum(day.events for day in days),
            "active_days": sum(day.events > 0 for day in days),
            "best": max((day.best_score for day in days), default=0.0),
        }

    def _filter(self, form: HistoryForm, address: str) -> dict[str, object]:
        return {
            "form": form,
            "address": address,
            "labels": label_choices(self._path),
            "node_choices": node_choices(self._path),
            "groups": sorted(self._groups),
            "states": list(STATES),
            "periods": periods(today_in(self._zones)),
        }

    def _rows(self, page: EventPage, running: set[EventKey]) -> list[Row]:
        """Returns events and gaps by time, the latest first."""
        rows: list[tuple[int, Row]] = [
            (
                event.at_ms,
                Row(view_event(event, self._zones, self._text, running)),
            )
            for event in page.events
        ]
        rows += [(gap.to_ms, Row(gap=gap)) for gap in page.gaps]
        return [row for _, row in sorted(rows, key=lambda item: item[0], reverse=True)]
