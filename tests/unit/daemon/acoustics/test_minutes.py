"""Minutes of recordings and of live sound, whose clock drifts, and is set."""

import numpy as np
import pytest

from soundpost.acoustics.minutes import MINUTE_NS, Minute, RecordingMinutes, UtcMinutes
from soundpost.audio import Chunk

RATE_HZ = 16_000
SECOND_NS = 1_000_000_000
NOON_NS = 1_795_176_000 * SECOND_NS  # 2026-11-20T12:00:00Z


def chunk(start_sample: int, utc_ns: int, samples: int = 1_600) -> Chunk:
    """Returns a chunk at a position and a time."""
    return Chunk(start_sample, np.zeros(samples, np.int16), utc_ns)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100])
def test_minutes_of_a_recording_count_from_its_start(rate_hz: int) -> None:
    """The time of its chunks has no effect."""
    minutes = RecordingMinutes(rate_hz)
    last = 60 * rate_hz - 1
    assert minutes.minute(0, chunk(0, NOON_NS)) == Minute(0, 60 * rate_hz)
    assert minutes.minute(last, chunk(0, NOON_NS)) == Minute(0, 60 * rate_hz)
    assert minutes.minute(last + 1, chunk(0, NOON_NS)) == Minute(MINUTE_NS, 120 * rate_hz)


def test_the_first_minute_ends_with_the_minute_of_the_clock() -> None:
    """12 seconds before noon there are 12 seconds of it left."""
    minutes = UtcMinutes(RATE_HZ)
    first = minutes.minute(500, chunk(500, NOON_NS - 12 * SECOND_NS))
    assert first == Minute(NOON_NS - MINUTE_NS, 500 + 12 * RATE_HZ)
    second = minutes.minute(first.end_sample, chunk(500, NOON_NS - 12 * SECOND_NS, 300_000))
    assert second == Minute(NOON_NS, 500 + 72 * RATE_HZ)


@pytest.mark.parametrize("rate_hz", [11_025, 22_050, 44_100])
@pytest.mark.parametrize("ahead_ns", [1, 333, 45_351, 500_000_000, 59_999_999_999])
def test_the_first_sample_of_a_minute_is_not_before_it(rate_hz: int, ahead_ns: int) -> None:
    """And the last sample of the minute before is."""
    piece = chunk(0, NOON_NS - ahead_ns)
    end = UtcMinutes(rate_hz).minute(0, piece).end_sample
    assert (end - 1) * SECOND_NS < ahead_ns * rate_hz <= end * SECOND_NS


def test_jitter_of_time_stamps_moves_no_end() -> None:
    """Up to 20 ms."""
    minutes = UtcMinutes(RATE_HZ)
    first = minutes.minute(0, chunk(0, NOON_NS))
    for late_ns in (0, -19_000_000, 19_000_000, 7):
        later = chunk(RATE_HZ, NOON_NS + SECOND_NS + late_ns)
        assert minutes.minute(RATE_HZ, later) == first


@pytest.mark.parametrize("parts_per_million", [-200, -20, 20, 200])
def test_the_minutes_of_a_card_that_drifts_stay_at_utc(parts_per_million: int) -> None:
    """Over a day, no minute is left out, and each begins within 25 ms of the clock's."""
    minutes = UtcMinutes(RATE_HZ)
    starts: dict[int, int] = {}
    for number in range(24 * 60 * 6):
        start_sample = number * 10 * RATE_HZ
        utc_ns = NOON_NS + number * 10 * (SECOND_NS + parts_per_million * 1_000)
        piece = chunk(start_sample, utc_ns, 10 * RATE_HZ)
        sample = start_sample
        while sample < piece.end_sample:
            minute = minutes.minute(sample, piece)
            starts.setdefault(minute.start_ns, sample)
            assert minute.end_sample > sample
            sample = minute.end_sample
    assert list(starts) == [NOON_NS + n * MINUTE_NS for n in range(len(starts))]
    assert len(starts) >= 24 * 60 - 1
    for start_ns, sample in starts.items():
        true_ns = NOON_NS + sample * (SECOND_NS + parts_per_million * 1_000) // RATE_HZ
        assert abs(true_ns - start_ns) < 25_000_000


@pytest.mark.parametrize("set_seconds", [-7_200, -61, -30, -2, 2, 30, 61, 7_200])
def test_a_clock_that_is_set_begins_another_minute(set_seconds: int) -> None:
    """Its end is that of the new time; a minute that is set back within stays, and gets longer."""
    minutes = UtcMinutes(RATE_HZ)
    minutes.minute(0, chunk(0, NOON_NS))
    utc_ns = NOON_NS + (40 + set_seconds) * SECOND_NS
    minute = minutes.minute(40 * RATE_HZ, chunk(40 * RATE_HZ, utc_ns))
    assert minute.start_ns == utc_ns // MINUTE_NS * MINUTE_NS
    left_ns = minute.start_ns + MINUTE_NS - utc_ns
    assert minute.end_sample == 40 * RATE_HZ + left_ns * RATE_HZ // SECOND_NS


def test_a_clock_that_is_set_back_a_little_repeats_no_minute() -> None:
    """Half a second after noon it is set back by 0.7 s: the minute is longer by that."""
    minutes = UtcMinutes(RATE_HZ)
    minutes.minute(0, chunk(0, NOON_NS))
    again = chunk(8_000, NOON_NS - 200_000_000)
    assert minutes.minute(8_000, again) == Minute(NOON_NS, 8_000 + round(60.2 * RATE_HZ))
