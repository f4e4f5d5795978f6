"""The totals of an archive."""

from archive_parts import START_NS, event, part

from soundpost.archive.part import Part
from soundpost.archive.report.totals import MOST_NAMED, Totals


def totals_of(*parts: Part, most_files: int = 2) -> Totals:
    """Returns the totals of some recordings."""
    totals = Totals(most_files)
    for each in parts:
        totals.add(each)
    return totals


def test_events_are_summed_by_label_and_model() -> None:
    """A label that two models have is counted twice, because both may have detected one sound."""
    totals = totals_of(
        part("a.wav", [event("owl", 0.5), event("owl", 0.9, 9.0), event("dog", 0.4)]),
        part("b.wav", [event("owl", 0.7), event("owl", 0.3, model_id="other")]),
        part("c.wav"),
    )
    owl = totals.labels["owl", "birds"]
    assert (owl.events, owl.recordings, owl.seconds, owl.best_score) == (3, 2, 6.0, 0.9)
    assert totals.labels["owl", "other"].events == 1
    assert (totals.recordings, totals.events, totals.seconds) == (3, 5, 180.0)
    assert totals.ranked() == [("owl", "birds"), ("dog", "birds"), ("owl", "other")]


def test_recordings_without_a_certain_time_are_counted_by_themselves() -> None:
    """With the reasons; they do not widen the range of days."""
    totals = totals_of(
        part("a.wav", [event()]),
        part("b.wav", [event(), event(begin=5.0)], utc_ns=None, time_flags=("no_time",)),
        part("c.wav", [event()], utc_ns=0, time_flags=("conflict", "future")),
    )
    assert (totals.untimed_recordings, totals.untimed_seconds, totals.untimed_events) == (2, 120, 3)
    assert totals.flags == {"no_time": 1, "conflict": 1, "future": 1}
    assert totals.labels["owl", "birds"].untimed == 3
    assert (totals.first_ns, totals.last_ns) == (START_NS, START_NS + 60 * 1_000_000_000)


def test_the_recordings_with_the_most_events_are_drawn() -> None:
    """Of equal ones the earlier; one without events never."""
    rows = [event(begin=begin) for begin in range(5)]
    counts = (0, 2, 1, 2, 4, 2)
    parts = [part(f"{number}.wav", rows[:count]) for number, count in enumerate(counts)]
    assert totals_of(*parts, most_files=3).richest() == {1, 3, 4}
    assert totals_of(*parts, most_files=0).richest() == frozenset()
    assert totals_of(parts[0], parts[1], most_files=3).richest() == {1}


def test_a_bounded_number_of_damaged_recordings_is_named() -> None:
    """All are counted."""
    parts = [part(f"{number}.wav", damage="is cut short") for number in range(MOST_NAMED + 5)]
    totals = totals_of(part("whole.wav"), *parts)
    assert totals.damaged == MOST_NAMED + 5
    assert len(totals.damages) == MOST_NAMED
    assert totals.damages[0] == ("0.wav", "is cut short")
