"""Queries of the history."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from web_events import NOON, event, ms

from soundpost_web.history.filters import STATES, Cursor, EventFilter
from soundpost_web.history.message import EventMessage
from soundpost_web.history.query import (
    PAGE_EVENTS,
    find_events,
    label_choices,
    latest_events,
    node_choices,
)
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore

EVERYTHING = EventFilter(0, 10**13)
MINUTE_MS = 60_000


def at(minutes: int, **fields: Any) -> EventMessage:  # noqa: ANN401 - the fields of an event
    """Returns an event so many minutes after noon."""
    onset_ms = ms(NOON) + minutes * MINUTE_MS
    return event(minutes + 1, onset_ms=onset_ms, received_ms=onset_ms + 500, **fields)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Provides a history of an hour: a dog each minute, an owl each third, a siren at one node."""
    store = HistoryStore(tmp_path / "history.db", Limits(36_500, 100))
    store.open()
    messages = [at(minute, score=0.5 + minute / 200) for minute in range(60)]
    messages[::3] = [replace(m, label="owl", common_name="Tawny Owl") for m in messages[::3]]
    messages += [at(5, node="barn", label="siren", state="retracted")]
    store.store(messages)
    store.close()
    return store.path


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({}, 61),
        ({"node": "barn"}, 1),
        ({"node": "nowhere"}, 0),
        ({"label": "owl"}, 20),
        ({"labels": ("owl", "siren")}, 21),
        ({"labels": ()}, 0),
        ({"least_score": 0.75}, 11),
        ({"states": "retracted"}, 1),
        ({"states": "running"}, 60),
        ({"from_ms": ms(NOON + timedelta(minutes=50))}, 10),
        ({"to_ms": ms(NOON + timedelta(minutes=10)), "label": "dog"}, 6),
        ({"label": "' OR 1=1 --"}, 0),
    ],
)
def test_a_filter_finds_its_events(history: Path, fields: dict[str, object], count: int) -> None:
    """All its conditions hold together."""
    page = find_events(history, replace(EVERYTHING, **fields))  # type: ignore[arg-type]  # the fields of a test
    assert page.total == count
    assert len(page.events) == min(count, PAGE_EVENTS)


def test_pages_follow_each_other_without_a_hole(history: Path) -> None:
    """Also where events have the same time; the total is that of all pages."""
    first = find_events(history, EVERYTHING)
    assert first.older is not None
    second = find_events(history, EVERYTHING, first.older)
    assert (len(first.events), len(second.events)) == (PAGE_EVENTS, 61 - PAGE_EVENTS)
    assert second.older is None
    assert first.total == second.total == 61
    keys = [found.key for found in first.events + second.events]
    assert len(set(keys)) == 61
    times = [found.at_ms for found in first.events + second.events]
    assert times == sorted(times, reverse=True)


def test_a_page_has_the_gaps_of_its_time(history: Path) -> None:
    """A gap is on the page of the message after it."""
    store = HistoryStore(history, Limits(36_500, 100))
    store.store([at(70), at(71)])
    store.close()
    first = find_events(history, EVERYTHING)
    assert [(gap.first, gap.last) for gap in first.gaps] == [(61, 70)]
    assert first.older is not None
    assert find_events(history, EVERYTHING, first.older).gaps == []


def test_the_choices_are_what_the_history_has(history: Path) -> None:
    """Labels by their number, with the name that people use."""
    assert [(choice.name, choice.shown, choice.events) for choice in label_choices(history)] == [
        ("dog", "dog", 40),
        ("owl", "Tawny Owl", 20),
        ("siren", "siren", 1),
    ]
    assert [choice.name for choice in node_choices(history)] == ["barn", "gate"]


def test_the_latest_events_are_those_that_came_last(history: Path) -> None:
    """Whatever their time says."""
    assert latest_events(history, 1)[0].label == "siren"


@pytest.mark.parametrize("states", STATES)
@pytest.mark.parametrize("fields", [{}, {"label": "dog"}, {"node": "gate"}])
def test_a_page_is_found_by_an_index(history: Path, fields: dict[str, str], states: str) -> None:
    """No query reads and sorts all events: 100,000 must not be slower than a hundred."""
    wanted = replace(EVERYTHING, states=states, **fields)  # type: ignore[arg-type]  # as above
    connection = sqlite3.connect(history)
    plan = connection.execute(
        f"EXPLAIN QUERY PLAN SELECT * FROM events WHERE {wanted.condition}"  # noqa: S608 - a condition of ours
        " AND (at_ms, key) < (:at_ms, :key) ORDER BY at_ms DESC, key DESC LIMIT 50",
        {**wanted.values, **Cursor(0, 0)._asdict()},
    ).fetchall()
    connection.close()
    steps = " ".join(step[3] for step in plan)
    assert "SEARCH events USING INDEX events_by_" in steps
    assert "TEMP B-TREE" not in steps
