"""Detected events are matched with annotated sounds."""

from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.field.recordings.sound import Sound
from soundpost_training.field.score.matching import COLLAR_SECONDS, match_events
from soundpost_training.soundscape.detect.events import DetectedEvent

SOUND = Sound(10.0, 14.0, "dog")
TIMES = st.integers(0, 400).map(lambda tenth: tenth / 10)
LENGTHS = TIMES.map(lambda seconds: seconds + 0.1)
SOUNDS = st.lists(
    st.builds(lambda onset, length: Sound(onset, onset + length, "dog"), TIMES, LENGTHS), max_size=6
)
EVENTS = st.lists(
    st.builds(
        lambda onset, length, delay: DetectedEvent("dog", onset, onset + length, onset + delay),
        TIMES,
        LENGTHS,
        TIMES.map(lambda seconds: seconds / 10),
    ),
    max_size=6,
)


def event(onset: float, offset: float, detected: float) -> DetectedEvent:
    """Returns an event of a dog."""
    return DetectedEvent("dog", onset, offset, detected)


def test_an_event_counts_for_a_sound_that_it_misses_by_a_second() -> None:
    """No more: a later one is false."""
    before = event(8.0, SOUND.onset_seconds - COLLAR_SECONDS, 9.0)
    after = event(SOUND.offset_seconds + COLLAR_SECONDS, 16.0, 16.0)
    for near in (before, after):
        assert match_events([SOUND], [near]).found == (True,)
    for far in (event(7.0, 8.9, 8.9), event(15.1, 16.0, 16.0)):
        match = match_events([SOUND], [far])
        assert (match.found, match.unmatched) == ((False,), (far,))


def test_the_delay_is_that_of_the_first_event_after_the_onset() -> None:
    """An event that was running before the sound does not tell when it was detected."""
    running, first, second = event(8.0, 11.0, 9.0), event(10.2, 11.0, 11.5), event(12.0, 13.0, 13.0)
    assert match_events([SOUND], [second, running, first]).delays_seconds == (1.5,)
    match = match_events([SOUND], [running])
    assert (match.found, match.delays_seconds, match.unmatched) == ((True,), (), ())


def test_one_event_may_count_for_two_sounds_and_two_events_for_one() -> None:
    """The daemon joins sounds in short succession, and may split one that has pauses."""
    two = [SOUND, Sound(16.0, 18.0, "dog")]
    match = match_events(two, [event(10.0, 18.0, 11.0)])
    assert (match.found, match.unmatched) == ((True, True), ())
    match = match_events([SOUND], [event(10.0, 11.0, 11.0), event(13.0, 14.0, 14.0)])
    assert (match.found, match.unmatched) == ((True,), ())


@given(SOUNDS, EVENTS)
def test_every_sound_is_judged_and_every_event_is_matched_or_false(
    sounds: list[Sound], events: list[DetectedEvent]
) -> None:
    """More events never find fewer sounds; more sounds never leave more events unmatched."""
    match = match_events(sounds, events)
    assert len(match.found) == len(sounds)
    assert len(match.delays_seconds) <= sum(match.found)
    assert all(delay >= 0.0 for delay in match.delays_seconds)
    assert set(match.unmatched) <= set(events)
    fewer_events = match_events(sounds, events[1:])
    assert all(less <= more for less, more in zip(fewer_events.found, match.found, strict=True))
    fewer_sounds = match_events(sounds[1:], events)
    assert len(fewer_sounds.unmatched) >= len(match.unmatched)
    assert bool(events) >= any(match.found)


@given(SOUNDS, EVENTS)
def test_a_shift_of_all_times_changes_nothing(
    sounds: list[Sound], events: list[DetectedEvent]
) -> None:
    """Only the distance between sounds and events counts."""
    later = [Sound(s.onset_seconds + 64.0, s.offset_seconds + 64.0, s.label) for s in sounds]
    moved = [
        event(e.onset_seconds + 64.0, e.offset_seconds + 64.0, e.detected_seconds + 64.0)
        for e in events
    ]
    # Sums of tenths are rounded, so times at the very edge of the collar may move by a bit.
    edges = [
        abs(abs(a - b) - COLLAR_SECONDS)
        for sound in sounds
        for each in events
        for a in (sound.onset_seconds, sound.offset_seconds)
        for b in (each.onset_seconds, each.offset_seconds)
    ]
    if min(edges, default=1.0) > 1e-6:
        assert match_events(later, moved).found == match_events(sounds, events).found
