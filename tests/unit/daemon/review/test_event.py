"""An event, its margin, and the label that a verdict gives it."""

from pathlib import Path

import pytest
from review_events import event_id, review_event

from soundpost.review import Decision, Place, ReviewedEvent, Verdict
from soundpost.review.event import Origin, OriginKind

ORIGIN = Origin(1, OriginKind.ARCHIVE, Path("/results"), Path("/card"))


@pytest.mark.parametrize(
    ("score", "threshold", "margin"),
    [
        (0.75, 0.5, 0.5),
        (0.5, 0.5, 0.0),
        (1.0, 0.5, 1.0),
        (0.4, 0.5, 0.0),
        (0.4, None, 0.4),
        (1.0, 1.0, 0.0),
    ],
)
def test_the_margin_is_a_share_of_what_is_above_the_threshold(
    score: float, threshold: float | None, margin: float
) -> None:
    """Without a threshold it is the score; it is never negative."""
    assert review_event(0, score=score, threshold=threshold).margin == pytest.approx(margin)


@pytest.mark.parametrize(
    ("verdict", "label", "expected"),
    [
        (Verdict.RIGHT, None, "dog"),
        (Verdict.RELABELLED, "fox", "fox"),
        (Verdict.WRONG, None, None),
        (Verdict.UNSURE, None, None),
    ],
)
def test_a_verdict_gives_a_label_or_none(
    verdict: Verdict, label: str | None, expected: str | None
) -> None:
    """Wrong and unsure say only what the sound may not be."""
    decision = Decision(event_id(0), verdict, label)
    assert ReviewedEvent(review_event(0), ORIGIN, decision).true_label == expected
    assert ReviewedEvent(review_event(0), ORIGIN).true_label is None


def test_the_sound_lies_below_the_folder_of_the_sounds() -> None:
    """Not below that of the tables."""
    event = review_event(0, place=Place("night/a.wav", 1.0, 2.0))
    assert ReviewedEvent(event, ORIGIN).sound_file == Path("/card/night/a.wav")
