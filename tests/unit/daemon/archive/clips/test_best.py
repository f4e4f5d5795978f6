"""The best events of each label."""

import random

from archive_parts import event, part
from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.clips import BestEvents
from soundpost.archive.row import Row


def best(most: int, *recordings: list[Row]) -> list[tuple[str, str, float]]:
    """Returns file, label and score of the events that are selected of some recordings."""
    selection = BestEvents(most)
    for number, rows in enumerate(recordings):
        selection.add(part(f"{number}.wav", rows).rows)
    return [(row.file, row.label, row.score) for row in selection.selected()]


def test_the_best_of_every_recording_comes_before_a_second_one() -> None:
    """A bird beside one microphone does not fill the selection."""
    near = [event(score=score, begin=score) for score in (0.99, 0.98, 0.97)]
    far = [event(score=0.4)]
    assert best(2, near, far) == [("0.wav", "owl", 0.99), ("1.wav", "owl", 0.4)]
    assert best(3, near, far) == [
        ("0.wav", "owl", 0.99),
        ("0.wav", "owl", 0.98),
        ("1.wav", "owl", 0.4),
    ]


def test_among_recordings_the_score_decides() -> None:
    """Then the order of the recordings."""
    recordings = [[event(score=score)] for score in (0.5, 0.9, 0.7, 0.9)]
    assert best(3, *recordings) == [
        ("1.wav", "owl", 0.9),
        ("3.wav", "owl", 0.9),
        ("2.wav", "owl", 0.7),
    ]


def test_labels_and_models_have_selections_of_their_own() -> None:
    """Scores of two models are not comparable."""
    rows = [
        event("owl", 0.5),
        event("dog", 0.4),
        event("owl", 0.9, model_id="other"),
    ]
    assert best(1, rows) == [("0.wav", "dog", 0.4), ("0.wav", "owl", 0.5), ("0.wav", "owl", 0.9)]


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["owl", "dog"]), st.integers(0, 20)), max_size=6),
        max_size=6,
    ),
    st.integers(1, 4),
    st.randoms(),
)
def test_the_order_of_the_rows_of_a_recording_does_not_matter(
    recordings: list[list[tuple[str, int]]], most: int, order: random.Random
) -> None:
    """And a label never gets more than its number, nor fewer than there are."""
    rows = [
        [event(label, score / 20, begin=at * 3.0) for at, (label, score) in enumerate(events)]
        for events in recordings
    ]
    expected = best(most, *rows)
    for events in rows:
        order.shuffle(events)
    assert best(most, *rows) == expected
    for label in ("owl", "dog"):
        there = sum(name == label for events in recordings for name, _ in events)
        assert sum(name == label for _, name, _ in expected) == min(most, there)


def test_nothing_is_selected_of_none() -> None:
    """An archive may have no events, and a run no clips."""
    assert best(3) == []
    assert best(0, [event()]) == []
