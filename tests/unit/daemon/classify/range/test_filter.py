"""The filter of labels that do not occur at the place, over weeks and unsynced clocks."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from range_bundle import write_range_bundle

from soundpost.audio import Chunk
from soundpost.classify import load_bundle
from soundpost.classify.range import (
    WEEKS,
    LabelRange,
    RangeFilter,
    SeasonClock,
    build_range_filter,
    week_at,
)
from soundpost.config import DecideConfig, NodeConfig, Place
from soundpost.system.clock import ClockState

SUMMER = range(17, 40)
LABELS = ("swift", "robin", "penguin")
MAY = int(datetime(2026, 5, 10, tzinfo=UTC).timestamp()) * 10**9
OCTOBER = int(datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC).timestamp()) * 10**9
SECOND = 10**9
UNSYNCED = (
    "the clock is not synced, so the week is not known: all 3 labels are detected until it is, "
    "wherever they occur"
)


class SetClock:
    """The state of a wall clock, as a test sets it."""

    state: ClockState = "untrusted"

    def __call__(self) -> ClockState:
        """Returns the state."""
        return self.state


def label_range() -> LabelRange:
    """Returns the labels of a garden: one of the summer, one of the year, one of elsewhere."""
    scores = np.zeros((WEEKS, len(LABELS)), np.float32)
    scores[[week - 1 for week in SUMMER], 0] = 0.9
    scores[:, 1] = 0.03
    return LabelRange(Place(52.5, 13.4), 0.03, LABELS, scores)


def chunk(utc_ns: int) -> Chunk:
    """Returns a chunk of a time."""
    return Chunk(0, np.zeros(1, np.int16), utc_ns)


@given(st.integers(0, 2**62), st.sampled_from(LABELS))
def test_a_label_may_start_exactly_in_its_weeks(utc_ns: int, label: str) -> None:
    """A score at the threshold is enough."""
    range_filter = RangeFilter(label_range(), week_at)
    expected = {"swift": week_at(utc_ns) in SUMMER, "robin": True, "penguin": False}
    assert range_filter.includes(label, utc_ns) is expected[label]


def test_labels_of_no_model_occur_everywhere() -> None:
    """Such as `unknown`, which is found by level."""
    assert RangeFilter(label_range(), week_at).includes("unknown", MAY)


def test_every_label_may_start_while_the_week_is_not_known() -> None:
    """Once it is, the same labels are held back."""
    clock = SetClock()
    range_filter = RangeFilter(label_range(), SeasonClock(clock, lambda: 0))
    assert [range_filter.includes(label, 0) for label in LABELS] == [True, True, True]
    clock.state = "synced"
    assert [range_filter.includes(label, OCTOBER) for label in LABELS] == [False, True, False]
    clock.state = "untrusted"
    assert [range_filter.includes(label, 0) for label in LABELS] == [False, True, False]


def test_the_log_has_each_change_once(caplog: pytest.LogCaptureFixture) -> None:
    """The clock that is not synced, then the number of labels in each new week."""
    caplog.set_level(logging.INFO)
    clock = SetClock()
    range_filter = RangeFilter(label_range(), SeasonClock(clock, lambda: 0))
    range_filter.on_chunk(chunk(0))
    range_filter.on_chunk(chunk(SECOND))
    clock.state = "synced"
    for utc_ns in (MAY, MAY + SECOND, OCTOBER, OCTOBER + SECOND, OCTOBER + 2 * SECOND):
        range_filter.on_chunk(chunk(utc_ns))
    assert [record.getMessage() for record in caplog.records] == [
        UNSYNCED,
        "2 of 3 labels occur at 52.5 N 13.4 E in week 18 at 0.03",
        "1 of 3 labels occur at 52.5 N 13.4 E in week 40 at 0.03",
        "1 of 3 labels occur at 52.5 N 13.4 E in week 41 at 0.03",
    ]


def test_the_filter_is_built_from_configuration_and_bundle(tmp_path: Path) -> None:
    """Without a place there is none."""
    bundle = load_bundle(write_range_bundle(tmp_path / "tiny"))
    node, decide = NodeConfig(name="n", latitude=0.0, longitude=0.0), DecideConfig()
    assert build_range_filter(NodeConfig(name="n"), decide, bundle, lambda: "synced") is None
    range_filter = build_range_filter(node, decide, bundle, lambda: "synced")
    assert range_filter is not None
    occurring = [label for label in ("hiss", "hum", "hush") if range_filter.includes(label, MAY)]
    assert 0 < len(occurring) < 3
    decide = DecideConfig(range_threshold=0.0)
    range_filter = build_range_filter(node, decide, bundle, lambda: "synced")
    assert range_filter is not None
    assert all(range_filter.includes(label, MAY) for label in ("hiss", "hum", "hush"))
