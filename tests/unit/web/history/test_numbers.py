"""Gaps in the numbers of messages."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.sqlite.open_file import open_writer
from soundpost.sqlite.transaction import transaction
from soundpost_web.history.database import HISTORY
from soundpost_web.history.message import Numbered
from soundpost_web.history.numbers import MOST_STRETCHES, Gap, gaps, record_number


@pytest.fixture
def history(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Provides an empty history."""
    connection = open_writer(tmp_path / "history.db", HISTORY)
    yield connection
    connection.close()


def record(history: sqlite3.Connection, *numbers: int, node: str = "gate") -> None:
    """Records numbers of new messages, a second after each other."""
    with transaction(history):
        for seq in numbers:
            record_number(history, Numbered(node, seq, seq * 1_000))


def found(history: sqlite3.Connection) -> list[tuple[int, int]]:
    """Returns the first and the last number of each gap."""
    return [(gap.first, gap.last) for gap in gaps(history, 0, 10**12)]


def test_numbers_in_a_row_have_no_gap(history: sqlite3.Connection) -> None:
    """They need not begin at 1: the page may be newer than the node."""
    record(history, 500, 501, 502)
    assert found(history) == []


def test_a_missing_number_is_a_gap_with_the_times_around_it(history: sqlite3.Connection) -> None:
    """The latest gap is the first of the list."""
    record(history, 1, 2, 5, 7)
    assert gaps(history, 0, 10**12) == [
        Gap("gate", 6, 6, 5_000, 7_000),
        Gap("gate", 3, 4, 2_000, 5_000),
    ]
    assert [gap.missing for gap in gaps(history, 0, 10**12)] == [1, 2]
    assert gaps(history, 0, 6_000) == [Gap("gate", 3, 4, 2_000, 5_000)]


def test_a_late_message_closes_its_gap(history: sqlite3.Connection) -> None:
    """From one side, and from both."""
    record(history, 1, 4, 3)
    assert found(history) == [(2, 2)]
    record(history, 2)
    assert found(history) == []


def test_a_node_that_counts_from_1_again_begins_another_series(history: sqlite3.Connection) -> None:
    """The end of its first series is not known, so nothing is missing."""
    record(history, 7, 8, 9)
    record(history, 1, 2, 4)
    assert found(history) == [(3, 3)]
    record(history, 1, 2, 3)
    assert found(history) == [(3, 3)]


def test_a_message_that_came_before_changes_nothing(history: sqlite3.Connection) -> None:
    """The broker sends it again after a lost connection."""
    record(history, 1, 2, 3)
    record_number(history, Numbered("gate", 2, 2_000, is_new_state=False))
    record(history, 4)
    assert found(history) == []


def test_nodes_count_for_themselves(history: sqlite3.Connection) -> None:
    """The same number of another node is another message."""
    record(history, 1, 2)
    record(history, 1, 3, node="barn")
    assert [gap.node for gap in gaps(history, 0, 10**12)] == ["barn"]
    assert gaps(history, 0, 10**12, "gate") == []


def test_wild_numbers_do_not_fill_the_disk(history: sqlite3.Connection) -> None:
    """The oldest stretches of a node are given up."""
    record(history, *range(1, 4 * MOST_STRETCHES, 3))
    (count,) = history.execute("SELECT count(*) FROM numbers").fetchone()
    assert count == MOST_STRETCHES


@given(st.lists(st.integers(1, 30), min_size=1, unique=True))
def test_gaps_are_what_is_missing_between_the_first_and_the_last(numbers: list[int]) -> None:
    """Whatever the order, if the first number comes first."""
    history = sqlite3.connect(":memory:", isolation_level=None)
    history.execute(
        "CREATE TABLE numbers (node TEXT, series INTEGER, first INTEGER, last INTEGER,"
        " first_ms INTEGER, last_ms INTEGER, PRIMARY KEY (node, series, first))"
    )
    ordered = [min(numbers), *(number for number in numbers if number != min(numbers))]
    record(history, *ordered)
    missing = {seq for first, last in found(history) for seq in range(first, last + 1)}
    history.close()
    assert missing == set(range(min(numbers), max(numbers) + 1)) - set(numbers)
