"""The contents of the pages of the history."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from web_events import event, ms

from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.history_page import HistoryPages
from soundpost_web.settings.zones import Zones, from_ms

DAY = timedelta(days=1)


@pytest.fixture
def now_ms() -> int:
    """Provides the present time: the pages show the days until today."""
    return round(time.time() * 1_000)


@pytest.fixture
def pages(tmp_path: Path, now_ms: int) -> HistoryPages:
    """Provides pages of two dogs, with a message missing between them, and a retracted owl."""
    store = HistoryStore(tmp_path / "history.db", Limits(36_500, 100))
    store.open()
    yesterday_ms = ms(from_ms(now_ms) - DAY)
    store.store(
        [
            event(1, onset_ms=yesterday_ms, received_ms=yesterday_ms, state="ended"),
            event(3, onset_ms=now_ms, received_ms=now_ms, state="ended", score=0.7),
            event(4, "retracted", label="owl", onset_ms=now_ms, received_ms=now_ms),
        ]
    )
    store.close()
    return HistoryPages(store.path, Zones("UTC"), Catalogue(), {"animals": ["owl"]})


def test_gaps_lie_between_events(pages: HistoryPages) -> None:
    """By their time, the latest first."""
    rows = pages.events({}, set())["rows"]
    assert isinstance(rows, list)
    kinds = [(row.gap and "gap") or row.view.event.label for row in rows]
    assert kinds[-2:] == ["gap", "dog"]
    assert sorted(kinds[:-2]) == ["dog", "owl"]


def test_a_filter_by_group_finds_its_labels(pages: HistoryPages) -> None:
    """Of the bundles, or of the configuration."""
    rows = pages.events({"group": "animals"}, set())["rows"]
    assert isinstance(rows, list)
    assert [row.view.event.label for row in rows if row.view] == ["owl"]


def test_what_was_withdrawn_is_not_counted(pages: HistoryPages) -> None:
    """Unless the address asks for it."""
    counts = pages.hours({})["map"]
    assert [row.label for row in counts.rows] == ["dog"]  # type: ignore[attr-defined]  # a heat map
    counts = pages.hours({"state": "retracted"})["map"]
    assert [row.label for row in counts.rows] == ["owl"]  # type: ignore[attr-defined]  # as above


def test_the_colours_are_shares_of_the_largest_count(pages: HistoryPages) -> None:
    """The smallest count has a colour too."""
    steps = pages.hours({})["steps"]
    assert callable(steps)
    assert [steps(count) for count in (0, 1, 2)] == [0, 3, 6]


def test_a_label_has_its_days(pages: HistoryPages) -> None:
    """Of the last 30 days."""
    values = pages.label({"label": "dog"})
    assert (values["total"], values["active_days"], values["best"]) == (2, 2, 0.9)
    assert values["shown"] == "dog"
    assert pages.label({"label": "<none>"})["days"] == []
