"""Composed recordings hold the sounds that the ground truth states."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.soundscape.compose.ground_truth import Event, read_ground_truth

RATE_HZ = 16_000


def levels_db(folder: Path, event: Event) -> tuple[float, float]:
    """Returns the RMS level within an event, and in the quarter of a second before it."""
    signal, _ = soundfile.read(folder / event.recording)
    first, last = (round(at * RATE_HZ) for at in (event.onset_seconds, event.offset_seconds))
    before = signal[max(0, first - RATE_HZ // 4) : first]
    within, around = (float(np.sqrt(np.mean(part**2))) for part in (signal[first:last], before))
    return 20 * np.log10(within), 20 * np.log10(around)


def test_an_event_is_louder_than_the_background_by_its_stated_level(composed: Path) -> None:
    """Both powers add up within the event."""
    events = read_ground_truth(composed)
    assert len(events) > 20
    for event in events:
        within, before = levels_db(composed, event)
        expected = 10 * np.log10(1 + 10 ** (event.snr_db / 10))
        assert within - before == pytest.approx(expected, abs=3.0)


def test_events_last_as_long_as_their_sounds_and_never_overlap(composed: Path) -> None:
    """Silence around a clip's sound is no part of an event."""
    lengths = {"burst": 0.5, "beep": 0.6}
    ends: dict[str, float] = {}
    for event in read_ground_truth(composed):
        duration = event.offset_seconds - event.onset_seconds
        assert duration == pytest.approx(lengths[event.label], abs=0.02)
        assert event.onset_seconds >= ends.get(event.recording, 0.0) + 0.5
        ends[event.recording] = event.offset_seconds
