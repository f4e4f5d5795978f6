"""Groups of a training folder: sounds that belong to one recording stay together."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from review_events import review_event

from soundpost.review import Place, ReviewedEvent
from soundpost.review.event import Origin, OriginKind
from soundpost.review.export.timeline import Timeline, group_names, place

ARCHIVE = Origin(1, OriginKind.ARCHIVE, Path("/results"), Path("/card"))
CLIPS = Origin(2, OriginKind.CLIPS, Path("/clips"), Path("/clips"))


def clip(start_ms: int, seconds: float = 5.0, node: str = "gate", number: int = 0) -> ReviewedEvent:
    """Returns the clip of a node."""
    event_place = Place("c.flac", 1.0, max(1.0, seconds - 1.0), start_ms, seconds)
    return ReviewedEvent(review_event(number, place=event_place, node=node), CLIPS)


def groups(*events: ReviewedEvent) -> list[str]:
    """Returns the groups of events."""
    return group_names([place(event) for event in events])


def test_a_recording_of_an_archive_is_a_group() -> None:
    """Of the same name in two archives, two groups."""
    other = Origin(3, OriginKind.ARCHIVE, Path("/more"), Path("/card"))
    places = [Place("a/1.wav", 1.0, 2.0), Place("a/1.wav", 900.0, 901.0), Place("b.wav", 1.0, 2.0)]
    events = [ReviewedEvent(review_event(0, place=each), ARCHIVE) for each in places]
    events.append(ReviewedEvent(review_event(0, place=places[0]), other))
    first, second, third, fourth = groups(*events)
    assert first == second
    assert len({first, third, fourth}) == 3


def test_clips_of_a_node_are_grouped_by_ten_minutes() -> None:
    """And by the node."""
    minute = 60_000
    names = groups(clip(0), clip(9 * minute), clip(11 * minute), clip(0, node="barn"))
    assert names[0] == names[1]
    assert len(set(names)) == 3


def test_clips_that_overlap_are_one_group_across_the_ten_minutes() -> None:
    """They have samples in common."""
    minute = 60_000
    before, across, after, later = (
        clip(10 * minute - 8_000),
        clip(10 * minute - 4_000),
        clip(10 * minute - 1_000),
        clip(10 * minute + 30_000),
    )
    names = groups(later, after, before, across)
    assert len({names[1], names[2], names[3]}) == 1
    assert names[0] != names[1]


@given(st.lists(st.tuples(st.integers(0, 3_000_000), st.floats(1.0, 120.0)), max_size=20))
def test_no_two_clips_that_overlap_are_in_two_groups(clips: list[tuple[int, float]]) -> None:
    """Else training and test would have samples in common."""
    events = [place(clip(start, seconds)) for start, seconds in clips]
    names = group_names(events)
    for one, own in zip(events, names, strict=True):
        for other, its in zip(events, names, strict=True):
            overlaps = one.cut_begin_ms < other.cut_end_ms and other.cut_begin_ms < one.cut_end_ms
            assert not overlaps or own == its


def test_a_group_has_a_plain_name_whatever_the_file_is_called() -> None:
    """No separator of a table, and no formula of a spreadsheet."""
    event_place = Place("=1;2|\t鳥,\n'.wav", 1.0, 2.0)
    (name,) = groups(ReviewedEvent(review_event(0, place=event_place), ARCHIVE))
    assert name.startswith("1/_1_2_____")
    assert name.isascii()
    assert not set("=;|,\t\n'\"") & set(name)


def test_overlapping_events_are_those_within_the_exported_sound() -> None:
    """With a second before and after the event; never the event itself."""
    places = [(10.0, 11.0), (11.9, 12.5), (12.1, 13.0), (8.0, 8.9), (0.0, 60.0)]
    events = [
        ReviewedEvent(review_event(number, place=Place("a.wav", *bounds)), ARCHIVE)
        for number, bounds in enumerate(places)
    ]
    found = Timeline(events).overlapping(place(events[0]))
    assert {each.reviewed.event.id for each in found} == {
        events[1].event.id,
        events[4].event.id,
    }
