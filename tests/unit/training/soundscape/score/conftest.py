"""Provides sounds and detected events that can be counted by hand."""

from collections.abc import Callable

import pytest

from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.detect.events import DetectedEvent


@pytest.fixture(scope="session")
def ground_truth() -> list[Event]:
    """Three sounds of one recording."""
    return [
        Event("one.flac", "dog", 1.0, 2.0),
        Event("one.flac", "siren", 10.0, 20.0),
        Event("one.flac", "dog", 30.0, 31.0),
    ]


@pytest.fixture(scope="session")
def detect() -> Callable[..., DetectedEvent]:
    """Makes a detected event; it is detected at its onset unless `at` is given."""

    def make(
        label: str, onset: float, offset: float, at: float = 0.0, *, is_confirmed: bool = True
    ) -> DetectedEvent:
        return DetectedEvent(label, onset, offset, at or onset, is_confirmed)

    return make
