"""The filter of the history in the address of a page, and as a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from soundpost_web.history.filters import ANY_STATE, STATES, Cursor, EventFilter
from soundpost_web.settings.zones import Zones, to_ms

DEFAULT_DAYS = 7
PERIODS = {"day": 1, "week": 7, "month": 30, "year": 365}
_LONGEST = 200
"""Of a node or a label, as messages may have them."""
_DIGITS = 16


class WrongValueError(ValueError):
    """A value in the address of a page that no form of it sends."""


@dataclass(frozen=True, slots=True)
class HistoryForm:
    """The values of the form; the empty text for none.

    Attributes:
        first_day: The first day of the period, as `2026-11-20`.
        last_day: Its last day.
        node: A node.
        label: A label.
        group: A group of labels.
        score: The lowest score.
        state: A key of `STATES`.
    """

    first_day: str
    last_day: str
    node: str = ""
    label: str = ""
    group: str = ""
    score: str = ""
    state: str = ANY_STATE

    @property
    def without_period(self) -> list[tuple[str, str]]:
        """The values by their names in an address, without the period."""
        return [
            ("label", self.label),
            ("group", self.group),
            ("node", self.node),
            ("state", self.state),
            ("score", self.score),
        ]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All values by their names in an address."""
        return [*self.without_period, ("from", self.first_day), ("to", self.last_day)]


def read_form(
    values: Mapping[str, str], today: date, default_state: str = ANY_STATE
) -> HistoryForm:
    """Reads the values of an address.

    Args:
        values: The values by name.
        today: The day on which the default period ends.
        default_state: The state if the address has none.

    Raises:
        WrongValueError: A value is none that the form sends.
    """
    last = _day(values.get("to", "")) or today
    first = _day(values.get("from", "")) or last - timedelta(days=DEFAULT_DAYS - 1)
    state = values.get("state", "") or default_state
    if state not in STATES:
        raise WrongValueError("state")
    for name in ("node", "label", "group"):
        if len(values.get(name, "")) > _LONGEST:
            raise WrongValueError(name)
    _score(values.get("score", ""))
    return HistoryForm(
        first_day=first.isoformat(),
        last_day=last.isoformat(),
        node=values.get("node", ""),
        label=values.get("label", ""),
        group=values.get("group", ""),
        score=values.get("score", ""),
        state=state,
    )


def make_filter(
    form: HistoryForm, zones: Zones, groups: Mapping[str, Sequence[str]]
) -> EventFilter:
    """Returns the filter that a form describes; days are those of the zone of the page.

    Args:
        form: The form.
        zones: The zones.
        groups: The labels of each group.

    Raises:
        WrongValueError: There is no such group.
    """
    if form.group and form.group not in groups:
        raise WrongValueError("group")
    return EventFilter(
        from_ms=_start_ms(date.fromisoformat(form.first_day), zones),
        to_ms=_start_ms(date.fromisoformat(form.last_day) + timedelta(days=1), zones),
        node=form.node or None,
        label=form.label or None,
        labels=tuple(groups[form.group]) if form.group else None,
        least_score=_score(form.score),
        states=form.state,
    )


def read_cursor(text: str) -> Cursor | None:
    """Returns the cursor in an address; None for an empty text.

    Raises:
        WrongValueError: It is no cursor.
    """
    if not text:
        return None
    at_ms, _, key = text.partition("-")
    for part in (at_ms, key):
        if not part.isdecimal() or not part.isascii() or len(part) > _DIGITS:
            raise WrongValueError("before")
    return Cursor(int(at_ms), int(key))


def periods(today: date) -> list[tuple[str, str]]:
    """Returns the first day of each offered period that ends today, by its name."""
    return [
        (name, (today - timedelta(days=days - 1)).isoformat()) for name, days in PERIODS.items()
    ]


def today_in(zones: Zones) -> date:
    """Returns the day in the zone of the page."""
    return datetime.now(UTC).astimezone(zones.page).date()


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise WrongValueError("from, to") from None
    if not 1970 <= day.year <= 2100:  # noqa: PLR2004 - the years that clocks of nodes have
        raise WrongValueError("from, to")
    return day


def _score(text: str) -> float:
    try:
        score = float(text or 0.0)
    except ValueError:
        raise WrongValueError("score") from None
    if not 0.0 <= score <= 1.0:
        raise WrongValueError("score")
    return score


def _start_ms(day: date, zones: Zones) -> int:
    return to_ms(datetime.combine(day, time(), zones.page))
