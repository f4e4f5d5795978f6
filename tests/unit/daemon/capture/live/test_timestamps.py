"""Capture times of frames, estimated from the arrival times of their buffers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import samples_to_ns
from soundpost.capture.live.timestamps import HORIZON_SECONDS, CaptureTimestamps

RATE_HZ = 16_000
BUFFER_FRAMES = 800
BUFFER_NS = samples_to_ns(BUFFER_FRAMES, RATE_HZ)
MILLISECOND_NS = 1_000_000

delays_ns = st.lists(st.integers(0, 500 * MILLISECOND_NS), min_size=1, max_size=300)


@given(delays_ns, st.integers(0, 10**18))
def test_the_error_is_the_least_delay_of_the_horizon(delays: list[int], origin_ns: int) -> None:
    """Frame 0 is placed by the quickest buffer of the last 10 s, however late others are."""
    timestamps = CaptureTimestamps(RATE_HZ)
    for k, delay_ns in enumerate(delays, start=1):
        timestamps.record(k * BUFFER_FRAMES, origin_ns + k * BUFFER_NS + delay_ns)
    recent = delays[-(HORIZON_SECONDS * RATE_HZ // BUFFER_FRAMES + 1) :]
    assert timestamps.captured_ns(0) - origin_ns == min(recent)


def test_a_slow_crystal_is_followed_within_the_horizon() -> None:
    """A card that is slow by 100 ppm is, after an hour, no more than 1 ms off."""
    timestamps = CaptureTimestamps(RATE_HZ)
    true_buffer_ns = round(BUFFER_NS * 1.0001)
    for k in range(1, 20 * 3_600 + 1):
        timestamps.record(k * BUFFER_FRAMES, k * true_buffer_ns)
    last = 20 * 3_600
    assert abs(timestamps.captured_ns(last * BUFFER_FRAMES) - last * true_buffer_ns) < 1.01e6


def test_a_quick_crystal_is_followed_at_once() -> None:
    """A card that is fast by 100 ppm makes every buffer the quickest so far."""
    timestamps = CaptureTimestamps(RATE_HZ)
    true_buffer_ns = round(BUFFER_NS * 0.9999)
    for k in range(1, 20_001):
        timestamps.record(k * BUFFER_FRAMES, k * true_buffer_ns)
    assert timestamps.captured_ns(20_000 * BUFFER_FRAMES) == 20_000 * true_buffer_ns


def test_lost_frames_are_estimated_from_the_time_that_passed() -> None:
    """A buffer that arrives 1.5 s late is 24,000 frames late."""
    timestamps = CaptureTimestamps(RATE_HZ)
    for k in range(1, 11):
        timestamps.record(k * BUFFER_FRAMES, k * BUFFER_NS)
    late_ns = 11 * BUFFER_NS + 1_500 * MILLISECOND_NS
    assert timestamps.late_frames(11 * BUFFER_FRAMES, late_ns) == 24_000
    assert timestamps.late_frames(11 * BUFFER_FRAMES, 11 * BUFFER_NS) == 0


def test_the_first_buffer_is_never_late() -> None:
    """Without a buffer to compare it to, no frame counts as lost."""
    assert CaptureTimestamps(RATE_HZ).late_frames(BUFFER_FRAMES, 10**15) == 0


def test_memory_stays_bounded_when_every_buffer_is_later_than_the_last() -> None:
    """In the worst case the buffers of the horizon are held."""
    timestamps = CaptureTimestamps(RATE_HZ)
    lateness = np.cumsum(np.full(2_000, 1_000))
    for k, late_ns in enumerate(lateness.tolist(), start=1):
        timestamps.record(k * BUFFER_FRAMES, k * BUFFER_NS + late_ns)
    assert timestamps.captured_ns(0) == int(lateness[-(HORIZON_SECONDS * 20 + 1)])


@given(delays_ns)
def test_single_late_buffers_are_not_behind(delays: list[int]) -> None:
    """Sound is not behind as long as one buffer in 10 s is as quick as ever."""
    timestamps = CaptureTimestamps(RATE_HZ)
    for k, delay_ns in enumerate(delays, start=1):
        due_ns = k * BUFFER_NS + (delay_ns if k % 100 else 0)
        timestamps.record(k * BUFFER_FRAMES, due_ns)
        assert timestamps.behind_ns == 0


@given(st.integers(-500, 500))
def test_a_clock_that_is_off_is_not_behind(ppm: int) -> None:
    """A clock within USB's tolerance does not count as a delay, even after an hour."""
    timestamps = CaptureTimestamps(RATE_HZ)
    second_ns = 10**9 + ppm * 1_000
    for k in range(1, 3_601):
        timestamps.record(k * RATE_HZ, k * second_ns)
    assert timestamps.behind_ns <= HORIZON_SECONDS * 500_000


@given(st.integers(2, 100))
def test_a_reader_that_is_slower_than_real_time_falls_behind(percent: int) -> None:
    """The delay grows with the difference, except for the last 10 s, when it could catch up."""
    timestamps = CaptureTimestamps(RATE_HZ)
    for k in range(1, 61):
        timestamps.record(k * RATE_HZ, k * (10**9 + percent * 10**7))
    behind_seconds = timestamps.behind_ns / 1e9
    lost_seconds = percent / 100 * (60 - HORIZON_SECONDS)
    assert 0.85 * lost_seconds < behind_seconds <= lost_seconds


def test_sound_lost_without_a_flag_is_behind_once_it_cannot_catch_up() -> None:
    """Two lost seconds are detected ten seconds later."""
    timestamps = CaptureTimestamps(RATE_HZ)
    for k in range(1, 40):
        timestamps.record(k * RATE_HZ, k * 10**9 + (2 * 10**9 if k > 20 else 0))
        is_behind = timestamps.behind_ns > 10**9
        assert is_behind == (k > 20 + HORIZON_SECONDS)
