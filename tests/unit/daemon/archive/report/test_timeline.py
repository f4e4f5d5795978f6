"""The events of one recording in lanes."""

import re

from archive_parts import event, part
from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.report.timeline import MOST_LANES, UNITS, lanes_of


def stretches(path: str) -> list[tuple[int, int]]:
    """Returns the left and right edges of the rectangles of a path."""
    found = re.findall(r"M(\d+) 0H(\d+)V10H(\d+)z", path)
    assert "".join(f"M{first} 0H{last}V10H{first}z" for first, last, _ in found) == path
    return [(int(first), int(last)) for first, last, _ in found]


def test_lanes_are_labels_with_the_most_events_first() -> None:
    """Each states its first onset."""
    rows = [event("dog", begin=3.0), event("owl", begin=10.0), event("owl", begin=30.0)]
    owl, dog = lanes_of(part(rows=rows))
    assert (owl.key, owl.events, owl.first) == (("owl", "birds"), 2, "0:00:10")
    assert stretches(owl.path) == [(166, 200), (500, 534)]
    assert stretches(dog.path) == [(50, 84)]


def test_a_short_event_in_a_long_recording_is_visible() -> None:
    """Also at its very end."""
    (lane,) = lanes_of(part(rows=[event(begin=86_398.0)], seconds=86_400.0))
    assert stretches(lane.path) == [(UNITS - 3, UNITS)]


def test_a_bounded_number_of_labels_has_lanes() -> None:
    """The page counts the others."""
    rows = [event(f"label_{number}") for number in range(MOST_LANES + 3)]
    assert len(lanes_of(part(rows=rows))) == MOST_LANES


@given(st.lists(st.floats(0.0, 58.0), min_size=1, max_size=50))
def test_rectangles_do_not_overlap_and_cover_every_event(begins: list[float]) -> None:
    """So their number is bounded by the width of a lane."""
    begins.sort()
    (lane,) = lanes_of(part(rows=[event(begin=begin) for begin in begins]))
    edges = stretches(lane.path)
    flat = [edge for pair in edges for edge in pair]
    assert flat == sorted(set(flat))
    for begin in begins:
        middle = (begin + 1.0) / 60.0 * UNITS
        assert any(first <= middle <= last for first, last in edges)
