"""The clips of a node that a label is taught with by their verdicts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from review_events import event_id, review_event

from soundpost.review import Decision, Place, ReviewStore, Verdict
from soundpost.review.event import OriginKind
from soundpost.review.store.taught_clips import TaughtClip, taught_clips

NODE = "north-gate/yard"


def clip(number: int) -> str:
    """Returns the name of the clip of an event."""
    return f"20261120T0731{number:02d}Z-dog-6da2fa{number:02d}.flac"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReviewStore]:
    """Provides a store with events of two nodes and of an archive."""
    store = ReviewStore(tmp_path / "review.db")
    events = [
        review_event(
            number, ("bell", "dog")[number >= 5], node=NODE, place=Place(clip(number), 1.0, 2.0)
        )
        for number in range(8)
    ]
    away = review_event(8, "bell", node="north-gate", place=Place(clip(8), 1.0, 2.0))
    hostile = review_event(9, "bell", node=NODE, place=Place("../../etc/passwd", 1.0, 2.0))
    folder = store.add_origin(OriginKind.CLIPS, tmp_path, tmp_path)
    store.add_events(folder, [*events, away, hostile])
    archive = store.add_origin(OriginKind.ARCHIVE, tmp_path / "results", tmp_path)
    store.add_events(
        archive, [review_event(10, "bell", node=NODE, place=Place(clip(10), 1.0, 2.0))]
    )
    yield store
    store.close()


def test_a_label_is_taught_with_the_verdicts_on_clips_of_the_node(
    store: ReviewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The latest first; unsure and undone ones, other nodes and archives say nothing of it."""
    times = iter(range(100))
    monkeypatch.setattr("time.time_ns", lambda: next(times) * 10**9)
    for number, verdict, label in (
        (0, Verdict.RIGHT, None),
        (1, Verdict.WRONG, None),
        (2, Verdict.UNSURE, None),
        (3, Verdict.RELABELLED, "dog"),
        (5, Verdict.RIGHT, None),
        (6, Verdict.RELABELLED, "bell"),
        (7, Verdict.WRONG, None),
        (8, Verdict.RIGHT, None),
        (9, Verdict.RIGHT, None),
        (10, Verdict.RIGHT, None),
    ):
        store.record([Decision(event_id(number), verdict, label)])
    store.undo(store.record([Decision(event_id(4), Verdict.RIGHT)]))
    store.record([Decision(event_id(0), Verdict.WRONG)])
    assert taught_clips(store, NODE, "bell") == [
        TaughtClip(clip(0), is_label=False),
        TaughtClip(clip(6), is_label=True),
        TaughtClip(clip(3), is_label=False),
        TaughtClip(clip(1), is_label=False),
    ]
    assert [name for name, _ in taught_clips(store, "north-gate", "bell")] == [clip(8)]
    assert taught_clips(store, "barn", "bell") == []
