"""Suggestions: uncertain events that sound unlike each other."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_events import add_events, event_id, review_event, tone, write_event_clip

from soundpost.review import Decision, ReviewStore, Selection, Verdict
from soundpost.review.origins.import_events import import_events
from soundpost.review.suggest import SoundDescription, farthest_first, suggest

TONES_HZ = (300.0, 1_200.0, 4_800.0)


@pytest.fixture
def store(tmp_path: Path) -> ReviewStore:
    """Thirty events: every third one sounds alike, and the score grows with the number."""
    store = ReviewStore(tmp_path / "review.db")
    for number in range(30):
        score = 0.5 + number / 100
        write_event_clip(tmp_path / "clips", number, "dog", score=score, hz=TONES_HZ[number // 10])
    import_events(store, tmp_path / "clips")
    return store


def numbers(store: ReviewStore, count: int) -> list[int]:
    """Returns the numbers of the suggested events."""
    suggested = suggest(store.events(Selection()), count)
    return [int(event.event.id[-12:], 16) for event in suggested]


def test_the_first_is_the_most_uncertain_and_the_next_ones_sound_unlike_it(
    store: ReviewStore,
) -> None:
    """Three suggestions of thirty events are one of each sound, not three of the lowest scores."""
    first, *others = numbers(store, 3)
    assert first == 0
    assert sorted(number // 10 for number in others) == [1, 2]


def test_the_same_events_give_the_same_suggestions(store: ReviewStore) -> None:
    """In whatever order they are given."""
    events = store.events(Selection())
    ids = [event.event.id for event in suggest(events, 9)]
    assert [event.event.id for event in suggest(events[::-1], 9)] == ids
    assert len(set(ids)) == 9


def test_what_has_a_verdict_is_not_suggested_and_pushes_its_like_away(store: ReviewStore) -> None:
    """After one of each of two sounds, the third sound comes first."""
    store.record([Decision(event_id(0), Verdict.RIGHT), Decision(event_id(10), Verdict.WRONG)])
    assert numbers(store, 3)[0] // 10 == 2
    assert not {0, 10} & set(numbers(store, 28))


def test_only_the_most_uncertain_events_are_looked_at(store: ReviewStore) -> None:
    """One suggestion is of the ten lowest margins, though others sound more unlike."""
    store.record([Decision(event_id(0), Verdict.RIGHT)])
    assert numbers(store, 1)[0] <= 10


def test_events_whose_clips_are_gone_or_damaged_are_left_out(
    store: ReviewStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One line of the log names the first, another counts the rest."""
    clips = sorted((tmp_path / "clips").glob("*.flac"))
    clips[0].unlink()
    clips[1].write_bytes(b"garbage")
    assert not {0, 1} & set(numbers(store, 30))
    assert len(caplog.records) == 2
    assert clips[0].name in caplog.text


def test_without_events_or_sounds_there_are_no_suggestions(
    store: ReviewStore, tmp_path: Path
) -> None:
    """No error either."""
    assert suggest([], 5) == []
    for clip in (tmp_path / "clips").glob("*.flac"):
        clip.unlink()
    assert numbers(store, 5) == []
    add_events(store, tmp_path, review_event(99))
    assert numbers(store, 5) == []


def test_distance_does_not_change_the_description_of_a_sound() -> None:
    """A tone at a quarter of its level lies nearer to itself than to another tone."""
    describe = SoundDescription()
    near = describe.vector(tone(440.0, 1.0), 16_000)
    far = describe.vector(tone(440.0, 1.0) // 4, 16_000)
    other = describe.vector(tone(3_000.0, 1.0), 16_000)
    assert np.linalg.norm(near - far) < 0.3 * np.linalg.norm(near - other)


@pytest.mark.parametrize("rate_hz", [4_000, 44_100, 384_000])
@pytest.mark.parametrize("samples", [1, 300, 20_000])
def test_a_sound_of_any_rate_and_length_has_a_description(rate_hz: int, samples: int) -> None:
    """Digital silence too."""
    vector = SoundDescription().vector(np.zeros(samples, np.int16), rate_hz)
    assert vector.shape == (128,)
    assert np.isfinite(vector).all()


@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=12),
    st.integers(1, 15),
)
def test_each_pick_is_the_farthest_from_those_before_it(
    points: list[tuple[int, int]], count: int
) -> None:
    """Each point is picked once at most; equal points too."""
    vectors = np.array(points, np.float64)
    picked = farthest_first(vectors, np.zeros((0, 2)), count)
    assert picked[0] == 0
    assert len(picked) == len(set(picked)) == min(count, len(points))
    for at in range(1, len(picked)):
        distance = np.linalg.norm(vectors[:, None] - vectors[picked[:at]], axis=2).min(axis=1)
        distance[picked[:at]] = -1.0
        assert distance[picked[at]] == distance.max()
