"""Laying the sound card's buffers on the line of samples."""

import time
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from soundpost.audio import Chunk, samples_to_ns
from soundpost.capture.microphone.timeline import Buffer, SamplePosition, Timeline
from soundpost.capture.resample import MonoResampler
from soundpost.health import Health

RATE_HZ = 16_000


@dataclass(frozen=True)
class Heard:
    """What a timeline made of buffers."""

    chunks: list[Chunk]
    health: Health


def hear(buffers: list[Buffer], rate_hz: int, sample_rate_hz: int = RATE_HZ) -> Heard:
    """Place the buffers one by one."""
    health = Health()
    timeline = Timeline(rate_hz, sample_rate_hz, health=health)
    return Heard([chunk for buffer in buffers for chunk in timeline.place(buffer)], health)


def buffers_of(sound: NDArray[np.int16], sizes: list[int], rate_hz: int) -> list[Buffer]:
    """The sound, cut into buffers that arrive the moment they are full."""
    made, start = [], 0
    begun_ns = time.monotonic_ns()
    for size in sizes:
        end_ns = begun_ns + samples_to_ns(start + size, rate_hz)
        made.append(Buffer(start, sound[start : start + size], end_ns, has_overflowed=False))
        start += size
    return made


def noise(frames: int, channels: int = 1) -> NDArray[np.int16]:
    """int16[frames, channels] of noise."""
    generator = np.random.default_rng(frames)
    return generator.integers(-32_768, 32_768, (frames, channels), np.int16)


sizes = st.lists(st.integers(1, 2_000), min_size=1, max_size=12)


@given(sizes)
def test_buffers_at_the_rate_pass_unchanged(sizes: list[int]) -> None:
    """Mono at the model's rate comes out bit for bit, without gap, and is all counted."""
    sound = noise(sum(sizes))
    heard = hear(buffers_of(sound, sizes, RATE_HZ), RATE_HZ)
    assert [chunk.start_sample for chunk in heard.chunks] == [0, *np.cumsum(sizes)[:-1]]
    np.testing.assert_array_equal(
        np.concatenate([chunk.samples for chunk in heard.chunks]), sound[:, 0]
    )
    assert heard.health == Health(samples=len(sound))


@given(sizes, st.data(), st.sampled_from([8_000, RATE_HZ, 44_100, 48_000]))
def test_lost_buffers_become_gaps_of_their_length(
    sizes: list[int], data: st.DataObject, rate_hz: int
) -> None:
    """Positions go on where the sound goes on, and health counts each loss and its samples."""
    buffers = buffers_of(noise(sum(sizes), 2), sizes, rate_hz)
    kept = sorted(data.draw(st.sets(st.integers(0, len(sizes) - 1), min_size=1)))
    heard = hear([buffers[k] for k in kept], rate_hz)
    ends = [0, *(chunk.end_sample for chunk in heard.chunks)]
    gaps = [chunk.start_sample - end for chunk, end in zip(heard.chunks, ends, strict=False)]
    assert all(gap >= 0 for gap in gaps)
    losses = sum(k != before + 1 for before, k in zip([-1, *kept], kept, strict=False))
    assert heard.health.overflows == losses
    # The resampler may still hold back all that followed the last gap.
    assert heard.health.samples + heard.health.dropped_samples >= ends[-1]
    assert heard.health.samples == sum(len(chunk.samples) for chunk in heard.chunks)
    if rate_hz == RATE_HZ:
        assert heard.health.dropped_samples == sum(gaps)
        lost = sum(sizes[: kept[-1] + 1]) - sum(sizes[k] for k in kept)
        assert heard.health.dropped_samples == lost


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_a_gap_does_not_shift_what_follows_at_another_rate(rate_hz: int) -> None:
    """After a second is lost, the next sample stands a second later, to the sample."""
    buffers = buffers_of(noise(4 * rate_hz), [rate_hz // 10] * 40, rate_hz)
    heard = hear(buffers[:10] + buffers[20:], rate_hz)
    after = next(chunk for chunk in heard.chunks if chunk.start_sample >= 2 * RATE_HZ)
    assert after.start_sample == 2 * RATE_HZ
    assert heard.health.dropped_samples == RATE_HZ
    before = [chunk for chunk in heard.chunks if chunk.end_sample <= RATE_HZ]
    assert before[-1].end_sample == RATE_HZ


def test_sound_after_a_gap_is_not_mixed_with_sound_before() -> None:
    """The resampler begins anew: silence after a loud stretch and a gap is silence."""
    rate_hz = 48_000
    sound = np.concatenate((noise(rate_hz), np.zeros((rate_hz, 1), np.int16)))
    buffers = buffers_of(sound, [4_800] * 20, rate_hz)
    heard = hear(buffers[:10] + buffers[11:], rate_hz)
    after = [chunk for chunk in heard.chunks if chunk.start_sample >= RATE_HZ]
    assert after
    assert not any(chunk.samples.any() for chunk in after)


def test_channels_are_averaged() -> None:
    """Two channels that cancel out are silence."""
    left = noise(800) // 2
    buffers = buffers_of(np.hstack((left, -left)), [800], RATE_HZ)
    assert not hear(buffers, RATE_HZ).chunks[0].samples.any()


def test_an_overflow_in_the_card_leaves_a_gap_as_long_as_the_time_that_passed() -> None:
    """Where the card does not say how much it lost, the clock does."""
    buffers = buffers_of(noise(8_000), [800] * 10, RATE_HZ)
    late_ns = 2_000_000_000
    buffers[5:] = [
        Buffer(b.start_frame, b.frames, b.arrived_ns + late_ns, has_overflowed=k == 0)
        for k, b in enumerate(buffers[5:])
    ]
    heard = hear(buffers, RATE_HZ)
    starts = [chunk.start_sample for chunk in heard.chunks]
    assert starts == [*range(0, 4_000, 800), *range(36_000, 40_000, 800)]
    assert heard.health == Health(samples=8_000, overflows=1, dropped_samples=32_000)


def test_an_overflow_that_cost_no_time_is_still_a_gap() -> None:
    """What the card calls a loss is never joined as if nothing had happened."""
    first, second = buffers_of(noise(1_600), [800, 800], RATE_HZ)
    second = Buffer(800, second.frames, second.arrived_ns, has_overflowed=True)
    chunks = hear([first, second], RATE_HZ).chunks
    assert [chunk.start_sample for chunk in chunks] == [0, 801]


def test_utc_is_when_the_first_sample_was_heard() -> None:
    """A buffer that arrives now was heard one buffer's duration ago."""
    now_ns = time.monotonic_ns()
    heard = hear([Buffer(0, noise(RATE_HZ), now_ns, has_overflowed=False)], RATE_HZ)
    ago_ns = time.time_ns() - heard.chunks[0].utc_ns
    assert 1_000_000_000 <= ago_ns < 3_000_000_000


def test_a_delay_in_the_resampler_does_not_shift_utc() -> None:
    """The filter holds sound back; the time of each chunk is that of its own samples."""
    rate_hz = 48_000
    buffers = buffers_of(noise(2 * rate_hz), [2_400] * 40, rate_hz)
    chunks = hear(buffers, rate_hz).chunks
    begun_ns = chunks[0].utc_ns
    for chunk in chunks:
        expected_ns = samples_to_ns(chunk.start_sample, RATE_HZ)
        assert chunk.utc_ns - begun_ns == pytest.approx(expected_ns, abs=20_000_000)


def test_resampling_in_buffers_is_resampling_at_once() -> None:
    """A live card at 44.1 kHz gives what a file of the same sound would give."""
    sound = noise(44_100, 2)
    chunks = hear(buffers_of(sound, [2_205] * 20, 44_100), 44_100).chunks
    streamed = np.concatenate([chunk.samples for chunk in chunks])
    whole = MonoResampler(44_100, RATE_HZ).resample(np.divide(sound, 32_768, dtype=np.float32))
    np.testing.assert_array_equal(streamed, whole[: len(streamed)])
    assert len(streamed) > 0.9 * RATE_HZ


@given(st.integers(-2_000_000_000, 86_400_000_000_000), st.sampled_from([RATE_HZ, 44_100]))
def test_a_recording_goes_on_from_another_by_the_time_between(away_ns: int, rate_hz: int) -> None:
    """The gap is as long as the absence, to the sample; never none, whatever the clock says."""
    buffers = buffers_of(noise(2 * rate_hz), [rate_hz // 5] * 10, rate_hz)
    begun_ns = buffers[0].arrived_ns - samples_to_ns(rate_hz // 5, rate_hz)
    health = Health()
    ended = SamplePosition(sample=1_000, captured_ns=begun_ns - away_ns)
    timeline = Timeline(rate_hz, RATE_HZ, health=health, follows=ended)
    chunks = [chunk for buffer in buffers for chunk in timeline.place(buffer)]
    away_samples = max(1, away_ns * RATE_HZ // 1_000_000_000)
    assert chunks[0].start_sample == 1_000 + away_samples
    assert all(b.start_sample == a.end_sample for a, b in pairwise(chunks))
    assert health == Health(samples=sum(len(chunk.samples) for chunk in chunks))


def test_where_a_recording_ended_is_told_by_sample_and_time() -> None:
    """The sample after the last, and when it would have been heard."""
    buffers = buffers_of(noise(8_000), [800] * 10, RATE_HZ)
    timeline = Timeline(RATE_HZ, RATE_HZ, health=Health())
    assert timeline.end is None
    for buffer in buffers:
        list(timeline.place(buffer))
    assert timeline.end == SamplePosition(8_000, buffers[-1].arrived_ns)


def test_a_recording_without_sound_ends_where_the_last_one_did() -> None:
    """A microphone that opens and says nothing moves nothing."""
    ended = SamplePosition(1_000, 5)
    assert Timeline(RATE_HZ, RATE_HZ, health=Health(), follows=ended).end == ended


def test_a_gap_inside_a_later_recording_is_its_own_length() -> None:
    """The count of frames begins anew with a stream, and its gaps are counted from there."""
    buffers = buffers_of(noise(8_000), [800] * 10, RATE_HZ)
    health = Health()
    ended = SamplePosition(50_000, buffers[0].arrived_ns)
    timeline = Timeline(RATE_HZ, RATE_HZ, health=health, follows=ended)
    kept = buffers[:4] + buffers[6:]
    chunks = [chunk for buffer in kept for chunk in timeline.place(buffer)]
    assert [b.start_sample - a.end_sample for a, b in pairwise(chunks)] == [0] * 3 + [1_600] + [
        0
    ] * 3
    assert health.dropped_samples == 1_600


def test_what_was_lost_untold_is_in_the_gap_before_the_next_recording() -> None:
    """Two seconds that nobody flagged are counted once the microphone is opened again."""
    buffers = buffers_of(noise(40 * RATE_HZ), [RATE_HZ] * 40, RATE_HZ)
    begun_ns = buffers[0].arrived_ns - 1_000_000_000
    first = Timeline(RATE_HZ, RATE_HZ, health=Health())
    for late_seconds, some in ((0, buffers[:10]), (2, buffers[10:22])):
        for buffer in some:
            late_ns = buffer.arrived_ns + late_seconds * 1_000_000_000
            list(first.place(replace(buffer, arrived_ns=late_ns)))
    assert first.behind_seconds == pytest.approx(2.0, abs=0.05)
    second = Timeline(RATE_HZ, RATE_HZ, health=Health(), follows=first.end)
    arrived_ns = begun_ns + 31 * 1_000_000_000
    chunk = next(second.place(Buffer(0, buffers[0].frames, arrived_ns, has_overflowed=False)))
    assert chunk.start_sample == pytest.approx(30 * RATE_HZ, abs=0.05 * RATE_HZ)
