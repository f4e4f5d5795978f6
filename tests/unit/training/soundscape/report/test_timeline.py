"""The picture of ground truth and detected events."""

import io

import matplotlib.image
import pytest

from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.detect.events import DetectedEvent
from soundpost_training.soundscape.report import timeline as module
from soundpost_training.soundscape.report.timeline import timeline

SOUNDS = [Event("a.flac", "dog", 1.0, 2.0), Event("a.flac", "siren", 1.5, 400.0)]
DETECTED = [
    DetectedEvent("dog", 1.2, 2.2, 1.9),
    DetectedEvent("dog", 200.0, 201.0, 201.0),
    DetectedEvent("cat", 5.0, 6.0, 6.0, is_confirmed=False),
]


def height(png: bytes) -> int:
    """Returns the height of a picture in pixels."""
    return int(matplotlib.image.imread(io.BytesIO(png), format="png").shape[0])


def test_a_longer_recording_has_more_rows() -> None:
    """Each row is two and a half minutes."""
    short, long = timeline(SOUNDS, DETECTED, 2.5), timeline(SOUNDS, DETECTED, 10.0)
    assert height(long) > 3 * height(short)
    assert height(timeline([], [], 0.1)) == height(short)


@pytest.mark.parametrize(
    ("event", "colour"),
    [
        (DETECTED[0], module.CORRECT),
        (DETECTED[1], module.FALSE),
        (DETECTED[2], module.RETRACTED),
    ],
)
def test_the_colour_of_an_event_shows_if_it_is_correct(event: DetectedEvent, colour: str) -> None:
    """An event that overlaps no sound of its label is false, unless it was retracted."""
    assert module._colour(event, SOUNDS) == colour  # noqa: SLF001 - a picture shows it to people only


def test_events_that_are_close_get_different_tracks() -> None:
    """Their labels would cover each other."""
    tracks = [track for _, track in module._on_tracks(SOUNDS, (0.0, 150.0))]  # noqa: SLF001 - as above
    assert tracks == [0, 1]
    assert not list(module._on_tracks(DETECTED[:1], (150.0, 300.0)))  # noqa: SLF001 - as above
