"""The filter of the history in the address of a page."""

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_events import ms

from soundpost_web.history.filters import Cursor
from soundpost_web.pages.history_form import (
    WrongValueError,
    make_filter,
    periods,
    read_cursor,
    read_form,
)
from soundpost_web.pages.render import query
from soundpost_web.settings.zones import Zones

TODAY = date(2026, 11, 20)
GROUPS = {"animals": ["dog", "owl"]}


def test_without_values_it_is_the_last_week() -> None:
    """Of all nodes and labels."""
    form = read_form({}, TODAY)
    assert (form.first_day, form.last_day, form.state) == ("2026-11-14", "2026-11-20", "all")


def test_days_are_those_of_the_zone_of_the_page() -> None:
    """The last day is whole."""
    wanted = make_filter(read_form({}, TODAY), Zones("Europe/Berlin"), GROUPS)
    assert wanted.from_ms == ms(datetime(2026, 11, 13, 23, tzinfo=UTC))
    assert wanted.to_ms == ms(datetime(2026, 11, 20, 23, tzinfo=UTC))


def test_each_value_is_a_condition() -> None:
    """A group stands for its labels."""
    values = {
        "from": "2026-01-01",
        "to": "2026-01-02",
        "node": "gate",
        "label": "dog",
        "group": "animals",
        "score": "0.75",
        "state": "confirmed",
    }
    wanted = make_filter(read_form(values, TODAY), Zones("UTC"), GROUPS)
    assert (wanted.node, wanted.label, wanted.labels) == ("gate", "dog", ("dog", "owl"))
    assert (wanted.least_score, wanted.states) == (0.75, "confirmed")


def test_a_form_survives_its_address() -> None:
    """Also labels with characters that addresses use."""
    form = read_form({"label": "a&b=c <d>/?#é", "score": "0.5"}, TODAY, "retracted")
    assert read_form(dict(parse_qsl(query(form.pairs))), TODAY) == form


@pytest.mark.parametrize(
    "values",
    [
        {"from": "yesterday"},
        {"to": "2026-02-30"},
        {"from": "0001-01-01"},
        {"to": "9999-12-31"},
        {"score": "high"},
        {"score": "2"},
        {"score": "nan"},
        {"state": "gone"},
        {"node": "n" * 201},
        {"label": "l" * 201},
        {"group": "unknown"},
    ],
)
def test_a_value_that_no_form_sends_is_refused(values: dict[str, str]) -> None:
    """The page says which."""
    with pytest.raises(WrongValueError):
        make_filter(read_form(values, TODAY), Zones("UTC"), GROUPS)


@given(st.dictionaries(st.sampled_from(["from", "to", "score", "state", "group"]), st.text()))
def test_any_values_are_a_filter_or_refused(values: dict[str, str]) -> None:
    """Nothing else is raised."""
    try:
        make_filter(read_form(values, TODAY), Zones("UTC"), GROUPS)
    except WrongValueError:
        return


def test_a_cursor_survives_its_address() -> None:
    """It is the place of the last event of a page."""
    assert read_cursor(str(Cursor(1_700_000_000_000, 42))) == Cursor(1_700_000_000_000, 42)
    assert read_cursor("") is None
    for wrong in ("1", "1-", "-1", "a-b", "1-2-3", "1" * 17 + "-1", "\N{ARABIC-INDIC DIGIT ONE}-1"):
        with pytest.raises(WrongValueError):
            read_cursor(wrong)


def test_periods_end_today() -> None:
    """Their number of days has today in it."""
    assert dict(periods(TODAY))["day"] == "2026-11-20"
    assert dict(periods(TODAY))["month"] == "2026-10-22"
