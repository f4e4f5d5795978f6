"""Reading sounds in a thread, while keys are handled."""

import struct
import time
from pathlib import Path

import pytest
import soundfile
from mqtt_subscriber import PATIENCE_SECONDS
from review_events import RATE_HZ, review_event, tone

from soundpost.cli.review.interactive.loader import LoadedSound, SoundLoader
from soundpost.review import Place, ReviewedEvent
from soundpost.review.event import Origin, OriginKind


@pytest.fixture
def events(tmp_path: Path) -> list[ReviewedEvent]:
    """Four events of a recording, and one whose file is gone."""
    soundfile.write(tmp_path / "a.wav", tone(440.0, 10.0), RATE_HZ)
    origin = Origin(1, OriginKind.ARCHIVE, tmp_path, tmp_path)
    found = [ReviewedEvent(review_event(number), origin) for number in range(4)]
    gone = review_event(4, place=Place("gone.wav", 1.0, 2.0))
    return [*found, ReviewedEvent(gone, origin)]


def wait_for(loader: SoundLoader, event: ReviewedEvent) -> LoadedSound:
    """Returns the sound of an event once it is read."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (loaded := loader.get(event)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return loaded


def test_requested_sounds_are_read_with_their_log_mel(events: list[ReviewedEvent]) -> None:
    """A file that is gone gives a reason."""
    with SoundLoader() as loader:
        loader.request(events[2:])
        loaded = wait_for(loader, events[2])
        assert loaded.sound is not None
        assert loaded.sound.seconds == 3.0
        assert loaded.log_mel.shape == (298, 64)
        gone = wait_for(loader, events[4])
        assert gone.sound is None
        assert "the file does not exist" in gone.problem


def test_sounds_that_are_not_requested_any_more_are_dropped(events: list[ReviewedEvent]) -> None:
    """Memory does not grow with the queue; those that still are stay."""
    with SoundLoader() as loader:
        loader.request(events[:3])
        kept = wait_for(loader, events[1])
        loader.request(events[1:4])
        assert loader.get(events[1]) is kept
        assert loader.get(events[0]) is None


def test_the_end_does_not_wait_for_a_long_recording(tmp_path: Path) -> None:
    """Reading stops within a block: ten hours, of which the file system stores the header only."""
    seconds = 36_000
    size_bytes = 2 * RATE_HZ * seconds
    sound_format = struct.pack("<HHIIHH", 1, 1, RATE_HZ, 2 * RATE_HZ, 2, 16)  # mono PCM
    with (tmp_path / "a.wav").open("wb") as file:
        file.write(struct.pack("<4sI4s", b"RIFF", 36 + size_bytes, b"WAVE"))
        file.write(struct.pack("<4sI", b"fmt ", len(sound_format)) + sound_format)
        file.write(struct.pack("<4sI", b"data", size_bytes))
        file.truncate(44 + size_bytes)
    place = Place("a.wav", seconds - 2.0, seconds - 1.0)
    origin = Origin(1, OriginKind.ARCHIVE, tmp_path, tmp_path)
    event = ReviewedEvent(review_event(0, place=place), origin)
    with SoundLoader() as loader:
        loader.request([event])
        time.sleep(0.2)  # it has most likely begun by then
    loaded = loader.get(event)
    assert loaded is None or loaded.sound is None  # it was not read to its end
