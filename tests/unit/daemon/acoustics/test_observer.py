"""The observer of the pipeline: every minute is reported once."""

from typing import TYPE_CHECKING

import numpy as np

from soundpost.acoustics.meter import MinuteMeter
from soundpost.acoustics.minutes import UtcMinutes
from soundpost.acoustics.observer import AcousticsObserver
from soundpost.audio import Chunk

if TYPE_CHECKING:
    from soundpost.acoustics.figures import MinuteFigures

RATE_HZ = 8_000
SECOND_NS = 1_000_000_000
NOON_NS = 1_795_176_000 * SECOND_NS


def test_minutes_are_reported_while_sound_comes_and_when_it_is_lost() -> None:
    """A minute in which the sound is lost is reported when it is over, by the wall clock."""
    reported: list[MinuteFigures] = []
    now_ns = NOON_NS
    meter = MinuteMeter(RATE_HZ, UtcMinutes(RATE_HZ))
    observer = AcousticsObserver(meter, reported.append, lambda: now_ns)
    sound = np.ones(RATE_HZ, np.int16)
    for second in range(75):
        now_ns = NOON_NS + second * SECOND_NS
        observer.on_chunk(Chunk(second * RATE_HZ, sound, now_ns))
    assert [figures.seconds for figures in reported] == [60.0]
    for second in range(75, 130):
        now_ns = NOON_NS + second * SECOND_NS
        observer.on_waiting()
        assert len(reported) == (1 if second < 120 else 2)
    assert reported[1].seconds == 15.0
    observer.finish()
    assert len(reported) == 2
    observer.on_chunk(Chunk(200 * RATE_HZ, sound, NOON_NS + 200 * SECOND_NS))
    observer.finish()
    assert [figures.start_ns - NOON_NS for figures in reported] == [
        0,
        60 * SECOND_NS,
        180 * SECOND_NS,
    ]
