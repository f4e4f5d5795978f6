"""The sound of an event: the right samples of its file, or a reason why there are none."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from review_events import review_event

from soundpost.recording import RecordingError
from soundpost.review import Place, ReviewedEvent
from soundpost.review.event import Origin, OriginKind
from soundpost.review.sound import (
    CONTEXT_SECONDS,
    HIGHEST_RATE_HZ,
    LONGEST_SECONDS,
    Stretch,
    read_sound,
    read_stretches,
)

RATE_HZ = 48_000


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A recording of 40 seconds in which no two samples nearby are alike."""
    samples = np.random.default_rng(2).integers(-20_000, 20_000, 40 * RATE_HZ).astype(np.int16)
    soundfile.write(tmp_path / "night.wav", samples, RATE_HZ, "PCM_16")
    return tmp_path / "night.wav"


def event_at(path: Path, begin_seconds: float, end_seconds: float) -> ReviewedEvent:
    """Returns an event in a file."""
    place = Place(path.name, begin_seconds, end_seconds)
    origin = Origin(1, OriginKind.ARCHIVE, path.parent, path.parent)
    return ReviewedEvent(review_event(0, place=place), origin)


def test_an_event_comes_with_a_second_before_and_after_to_the_sample(recording: Path) -> None:
    """And with its position in these samples."""
    whole, _ = soundfile.read(recording, dtype="int16")
    sound = read_sound(event_at(recording, 20.5, 22.0))
    expected = whole[round(19.5 * RATE_HZ) : 23 * RATE_HZ]
    assert np.array_equal(sound.samples, expected)
    assert (sound.begin_seconds, sound.end_seconds, sound.rate_hz) == (1.0, 2.5, RATE_HZ)
    event = whole[round(20.5 * RATE_HZ) : 22 * RATE_HZ]
    assert np.array_equal(sound.event_samples, event)


def test_the_ends_of_the_file_bound_it(recording: Path) -> None:
    """There is no sound before the first sample, nor after the last."""
    first = read_sound(event_at(recording, 0.25, 0.5))
    assert (first.begin_seconds, first.end_seconds, first.seconds) == (0.25, 0.5, 1.5)
    last = read_sound(event_at(recording, 39.5, 50.0))
    assert (last.begin_seconds, last.end_seconds, last.seconds) == (1.0, 1.5, 1.5)


def test_a_long_event_is_cut(recording: Path) -> None:
    """A siren may last for an hour."""
    sound = read_sound(event_at(recording, 2.0, 39.0))
    assert sound.seconds == LONGEST_SECONDS + 2 * CONTEXT_SECONDS


def test_an_event_without_length_has_a_sample(recording: Path) -> None:
    """Also at the very end."""
    assert len(read_sound(event_at(recording, 5.0, 5.0)).event_samples) == 1
    assert len(read_sound(event_at(recording, 40.0, 40.0)).event_samples) == 1


def test_several_stretches_are_read_in_one_pass(recording: Path) -> None:
    """Whatever their order and however they overlap; one behind the end is left out."""
    whole, _ = soundfile.read(recording, dtype="int16")
    bounds = [(30.0, 31.0), (1.0, 20.0), (5.0, 6.0), (5.5, 5.75), (41.0, 42.0), (39.9, 45.0)]
    stretches = [Stretch(begin, end, begin, end) for begin, end in bounds]
    found = dict(read_stretches(recording, stretches))
    assert sorted(found) == [0, 1, 2, 3, 5]
    for at, sound in found.items():
        begin, end = (round(bound * RATE_HZ) for bound in bounds[at])
        assert np.array_equal(sound.samples, whole[begin:end])


def test_several_channels_become_one_and_ultrasound_is_converted(tmp_path: Path) -> None:
    """A player and FLAC take it then."""
    rate_hz = 500_000
    time = np.arange(rate_hz) / rate_hz
    tone = 0.5 * np.sin(2 * np.pi * 40_000 * time)
    soundfile.write(tmp_path / "bat.wav", np.column_stack((tone, tone)), rate_hz, "PCM_16")
    sound = read_sound(event_at(tmp_path / "bat.wav", 0.0, 1.0))
    assert sound.rate_hz == HIGHEST_RATE_HZ
    spectrum = np.abs(np.fft.rfft(sound.samples.astype(float)))
    assert np.argmax(spectrum) * sound.rate_hz / len(sound.samples) == pytest.approx(40_000, abs=2)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "does not exist"),
        (b"", "is empty"),
        (b"no sound at all" * 99, "is not a sound file"),
    ],
)
def test_a_clip_that_is_gone_or_damaged_is_reported(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    """With the name of the file."""
    if content is not None:
        (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(RecordingError, match=rf"a\.wav {problem}"):
        read_sound(event_at(tmp_path / "a.wav", 1.0, 2.0))


def test_a_recording_that_ends_before_the_event_is_reported(recording: Path) -> None:
    """Another file of that name lies there, for instance."""
    with pytest.raises(RecordingError, match=r"ends before the event at 99\.0 s") as raised:
        read_sound(event_at(recording, 99.0, 100.0))
    assert "copy it again" in raised.value.hint


def test_reading_stops_when_it_is_told_to(recording: Path) -> None:
    """A program ends while an hour is decoded."""
    polls = iter([False] * 5 + [True] * 1_000)
    with pytest.raises(RecordingError):
        read_sound(event_at(recording, 38.0, 39.0), lambda: next(polls))
    assert next(polls) is True
    assert len(list(polls)) > 900
