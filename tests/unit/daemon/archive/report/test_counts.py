"""Events by day and by hour of the day."""

from zoneinfo import ZoneInfo

from archive_parts import START_NS, event, part

from soundpost.archive.part import Part
from soundpost.archive.report.counts import MOST_ROWS, Counts
from soundpost.archive.report.totals import Totals

BERLIN = ZoneInfo("Europe/Berlin")
DAY_NS = 86_400 * 1_000_000_000


def counts_of(*parts: Part, zone: ZoneInfo | None = None) -> Counts:
    """Returns the counts of some recordings, from two passes."""
    totals = Totals()
    for each in parts:
        totals.add(each)
    counts = Counts(totals, zone)
    for each in parts:
        counts.add(each)
    return counts


def test_an_event_is_counted_at_its_onset() -> None:
    """A recording of two hours from 22:30 UTC has events in three hours and two days."""
    rows = [event(begin=begin) for begin in (0.0, 1_799.0, 1_801.0, 5_401.0)]
    counts = counts_of(part(rows=rows, seconds=7_200.0))
    assert counts.by_hour.counts[0, [22, 23, 0]].tolist() == [2, 1, 1]
    assert counts.by_hour.seconds[[22, 23, 0]].tolist() == [1_800.0, 3_600.0, 1_800.0]
    assert list(counts.by_day.columns) == ["2025-06-01", "2025-06-02"]
    assert counts.by_day.counts[0].tolist() == [3, 1]
    assert counts.by_day.seconds.tolist() == [5_400.0, 1_800.0]


def test_days_and_hours_are_those_of_the_zone() -> None:
    """22:30 UTC is half past midnight in Berlin."""
    counts = counts_of(part(rows=[event()]), zone=BERLIN)
    assert counts.by_hour.counts[0, 0] == 1
    assert list(counts.by_day.columns) == ["2025-06-02"]


def test_recordings_without_a_certain_time_are_nowhere() -> None:
    """Neither their events nor their sound."""
    wrong = part("b.wav", [event("dog")], utc_ns=START_NS - 900 * DAY_NS, time_flags=("conflict",))
    counts = counts_of(part(rows=[event()]), wrong, part("c.wav", [event("cat")], utc_ns=None))
    assert counts.by_day.labels == [("owl", "birds")]
    assert counts.by_day.counts.sum() == counts.by_hour.counts.sum() == 1
    assert list(counts.by_day.columns) == ["2025-06-01"]
    assert counts.by_hour.seconds.sum() == 60.0


def test_an_archive_without_certain_times_has_no_tables_over_time() -> None:
    """There would be nothing in them."""
    assert counts_of(part(rows=[event()], utc_ns=None, time_flags=("no_time",))).maps() == ()
    assert counts_of().maps() == ()


def test_a_bounded_number_of_labels_has_rows() -> None:
    """The others are summed."""
    rows = [event(f"label_{number:03}", begin=0.1 * number) for number in range(MOST_ROWS + 7)]
    counts = counts_of(part(rows=[*rows, event("label_066", begin=50.0)]))
    assert len(counts.by_day.labels) == MOST_ROWS
    assert counts.by_day.labels[0] == ("label_066", "birds")
    assert counts.by_day.counts[-1].sum() == 7
