"""Placing the sound card's buffers on one count of samples."""

from dataclasses import dataclass
from itertools import pairwise
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Chunk, samples_to_ns
from soundpost.audio.channels import ChannelMixer
from soundpost.audio.resample import MonoResampler
from soundpost.capture.live import timeline as timeline_module
from soundpost.capture.live.timeline import Buffer, SamplePosition, Timeline
from soundpost.health import Health

RATE_HZ = 16_000
START_NS = 7_000_000_000_000
"""Time of the first frame on the monotonic clock."""
MONOTONIC_NS = START_NS + 3_600_000_000_000
WALL_NS = 1_795_246_281_480_000_000


@dataclass(frozen=True)
class Placed:
    """The chunks and counters that a timeline made of buffers."""

    chunks: list[Chunk]
    health: Health


def place(buffers: list[Buffer], rate_hz: int, sample_rate_hz: int = RATE_HZ) -> Placed:
    """Places the buffers one by one; all channels are averaged."""
    health = Health()
    mixer = ChannelMixer("mix", rate_hz)
    timeline = Timeline(rate_hz, sample_rate_hz, health=health, mixer=mixer)
    return Placed([chunk for buffer in buffers for chunk in timeline.place(buffer)], health)


def buffers_of(sound: NDArray[np.int16], sizes: list[int], rate_hz: int) -> list[Buffer]:
    """Cuts the sound into buffers that arrive the moment they are full."""
    buffers, start = [], 0
    for size in sizes:
        end_ns = START_NS + samples_to_ns(start + size, rate_hz)
        frames = scaled(sound[start : start + size])
        buffers.append(Buffer(start, frames, end_ns, has_overflowed=False))
        start += size
    return buffers


def scaled(sound: NDArray[np.int16]) -> NDArray[np.float32]:
    """Returns int16 samples with full scale at 1.0."""
    return np.divide(sound, FULL_SCALE, dtype=np.float32)


def noise(frames: int, channels: int = 1) -> NDArray[np.int16]:
    """Returns noise, int16[frames, channels]."""
    generator = np.random.default_rng(frames)
    return generator.integers(-32_768, 32_768, (frames, channels), np.int16)


def stop_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stops both clocks, so that a busy machine cannot come between reading one and the other."""
    clock = SimpleNamespace(time_ns=lambda: WALL_NS, monotonic_ns=lambda: MONOTONIC_NS)
    monkeypatch.setattr(timeline_module, "time", clock)


sizes = st.lists(st.integers(1, 2_000), min_size=1, max_size=12)


@given(sizes)
def test_buffers_at_the_rate_pass_unchanged(sizes: list[int]) -> None:
    """Mono at the model's rate comes out bit for bit, without a gap, and is all counted."""
    sound = noise(sum(sizes))
    placed = place(buffers_of(sound, sizes, RATE_HZ), RATE_HZ)
    assert [chunk.start_sample for chunk in placed.chunks] == [0, *np.cumsum(sizes)[:-1]]
    np.testing.assert_array_equal(
        np.concatenate([chunk.samples for chunk in placed.chunks]), sound[:, 0]
    )
    assert placed.health == Health(samples=len(sound))


@given(sizes, st.data(), st.sampled_from([8_000, RATE_HZ, 44_100, 48_000]))
def test_lost_buffers_become_gaps_of_their_length(
    sizes: list[int], data: st.DataObject, rate_hz: int
) -> None:
    """Positions continue after each gap, and health counts each loss and its samples."""
    buffers = buffers_of(noise(sum(sizes), 2), sizes, rate_hz)
    kept = sorted(data.draw(st.sets(st.integers(0, len(sizes) - 1), min_size=1)))
    placed = place([buffers[k] for k in kept], rate_hz)
    ends = [0, *(chunk.end_sample for chunk in placed.chunks)]
    gaps = [chunk.start_sample - end for chunk, end in zip(placed.chunks, ends, strict=False)]
    assert all(gap >= 0 for gap in gaps)
    losses = sum(k != before + 1 for before, k in zip([-1, *kept], kept, strict=False))
    assert placed.health.overflows == losses
    # The resampler may still hold all samples after the last gap.
    assert placed.health.samples + placed.health.dropped_samples >= ends[-1]
    assert placed.health.samples == sum(len(chunk.samples) for chunk in placed.chunks)
    if rate_hz == RATE_HZ:
        assert placed.health.dropped_samples == sum(gaps)
        lost = sum(sizes[: kept[-1] + 1]) - sum(sizes[k] for k in kept)
        assert placed.health.dropped_samples == lost


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_a_gap_does_not_shift_what_follows_at_another_rate(rate_hz: int) -> None:
    """After a lost second, the next sample is a second later, to the sample."""
    buffers = buffers_of(noise(4 * rate_hz), [rate_hz // 10] * 40, rate_hz)
    placed = place(buffers[:10] + buffers[20:], rate_hz)
    after = next(chunk for chunk in placed.chunks if chunk.start_sample >= 2 * RATE_HZ)
    assert after.start_sample == 2 * RATE_HZ
    assert placed.health.dropped_samples == RATE_HZ
    before = [chunk for chunk in placed.chunks if chunk.end_sample <= RATE_HZ]
    assert before[-1].end_sample == RATE_HZ


def test_sound_after_a_gap_is_not_mixed_with_sound_before() -> None:
    """The resampler is reset: silence after a loud stretch and a gap is silence."""
    rate_hz = 48_000
    sound = np.concatenate((noise(rate_hz), np.zeros((rate_hz, 1), np.int16)))
    buffers = buffers_of(sound, [4_800] * 20, rate_hz)
    placed = place(buffers[:10] + buffers[11:], rate_hz)
    after = [chunk for chunk in placed.chunks if chunk.start_sample >= RATE_HZ]
    assert after
    assert not any(chunk.samples.any() for chunk in after)


def test_channels_are_averaged() -> None:
    """Two channels that cancel out are silence."""
    left = noise(800) // 2
    buffers = buffers_of(np.hstack((left, -left)), [800], RATE_HZ)
    assert not place(buffers, RATE_HZ).chunks[0].samples.any()


def test_an_overflow_in_the_card_leaves_a_gap_as_long_as_the_time_that_passed() -> None:
    """The clock gives the length of a gap that the card does not report."""
    buffers = buffers_of(noise(8_000), [800] * 10, RATE_HZ)
    late_ns = 2_000_000_000
    buffers[5:] = [
        Buffer(b.start_frame, b.frames, b.arrived_ns + late_ns, has_overflowed=k == 0)
        for k, b in enumerate(buffers[5:])
    ]
    placed = place(buffers, RATE_HZ)
    starts = [chunk.start_sample for chunk in placed.chunks]
    assert starts == [*range(0, 4_000, 800), *range(36_000, 40_000, 800)]
    assert placed.health == Health(samples=8_000, overflows=1, dropped_samples=32_000)


def test_an_overflow_that_cost_no_time_is_still_a_gap() -> None:
    """A loss that the card reports leaves a gap of at least one sample."""
    first, second = buffers_of(noise(1_600), [800, 800], RATE_HZ)
    second = Buffer(800, second.frames, second.arrived_ns, has_overflowed=True)
    chunks = place([first, second], RATE_HZ).chunks
    assert [chunk.start_sample for chunk in chunks] == [0, 801]


def test_utc_is_the_capture_time_of_the_first_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """A buffer that arrives now was captured one buffer's duration ago."""
    stop_clock(monkeypatch)
    buffer = Buffer(0, scaled(noise(RATE_HZ)), MONOTONIC_NS, has_overflowed=False)
    placed = place([buffer], RATE_HZ)
    assert placed.chunks[0].utc_ns == WALL_NS - 1_000_000_000


def test_a_delay_in_the_resampler_does_not_shift_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """The filter delays sound, but the time of each chunk is that of its own samples."""
    stop_clock(monkeypatch)
    rate_hz = 48_000
    buffers = buffers_of(noise(2 * rate_hz), [2_400] * 40, rate_hz)
    chunks = place(buffers, rate_hz).chunks
    first_ns = chunks[0].utc_ns
    for chunk in chunks:
        expected_ns = samples_to_ns(chunk.start_sample, RATE_HZ)
        assert chunk.utc_ns - first_ns == pytest.approx(expected_ns, abs=20_000_000)


def test_resampling_in_buffers_equals_resampling_at_once() -> None:
    """A live card at 44.1 kHz gives the same samples as a file of the same sound."""
    sound = noise(44_100, 2)
    chunks = place(buffers_of(sound, [2_205] * 20, 44_100), 44_100).chunks
    streamed = np.concatenate([chunk.samples for chunk in chunks])
    whole = MonoResampler(44_100, RATE_HZ, ChannelMixer("mix", 44_100)).resample(scaled(sound))
    np.testing.assert_array_equal(streamed, whole[: len(streamed)])
    assert len(streamed) > 0.9 * RATE_HZ


@given(st.integers(-2_000_000_000, 86_400_000_000_000), st.sampled_from([RATE_HZ, 44_100]))
def test_a_recording_continues_another_after_the_time_between(away_ns: int, rate_hz: int) -> None:
    """The gap is as long as the absence, to the sample; at least 1, even if the clock ran back."""
    buffers = buffers_of(noise(2 * rate_hz), [rate_hz // 5] * 10, rate_hz)
    first_ns = buffers[0].arrived_ns - samples_to_ns(rate_hz // 5, rate_hz)
    health = Health()
    ended = SamplePosition(sample=1_000, captured_ns=first_ns - away_ns)
    timeline = Timeline(rate_hz, RATE_HZ, health=health, follows=ended)
    chunks = [chunk for buffer in buffers for chunk in timeline.place(buffer)]
    away_samples = max(1, away_ns * RATE_HZ // 1_000_000_000)
    assert chunks[0].start_sample == 1_000 + away_samples
    assert all(b.start_sample == a.end_sample for a, b in pairwise(chunks))
    assert health == Health(samples=sum(len(chunk.samples) for chunk in chunks))


def test_the_end_of_a_recording_is_a_sample_and_a_time() -> None:
    """The end is the sample after the last, and the time of its capture."""
    buffers = buffers_of(noise(8_000), [800] * 10, RATE_HZ)
    timeline = Timeline(RATE_HZ, RATE_HZ, health=Health())
    assert timeline.end is None
    for buffer in buffers:
        list(timeline.place(buffer))
    assert timeline.end == SamplePosition(8_000, buffers[-1].arrived_ns)


def test_a_recording_without_sound_ends_where_the_last_one_did() -> None:
    """A microphone that opens and delivers nothing does not move the end."""
    ended = SamplePosition(1_000, 5)
    assert Timeline(RATE_HZ, RATE_HZ, health=Health(), follows=ended).end == ended


def test_a_gap_inside_a_later_recording_is_its_own_length() -> None:
    """The count of frames restarts with a stream, and its gaps are counted from there."""
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


def test_sound_lost_without_a_flag_is_in_the_gap_before_the_next_recording() -> None:
    """Two seconds without an overflow flag are counted when the microphone is reopened."""
    buffers = buffers_of(noise(40 * RATE_HZ), [RATE_HZ] * 40, RATE_HZ)
    first_ns = buffers[0].arrived_ns - 1_000_000_000
    first = Timeline(RATE_HZ, RATE_HZ, health=Health())
    for late_seconds, some in ((0, buffers[:10]), (2, buffers[10:22])):
        for buffer in some:
            late_ns = buffer.arrived_ns + late_seconds * 1_000_000_000
            list(first.place(msgspec.structs.replace(buffer, arrived_ns=late_ns)))
    assert first.behind_seconds == pytest.approx(2.0, abs=0.05)
    second = Timeline(RATE_HZ, RATE_HZ, health=Health(), follows=first.end)
    arrived_ns = first_ns + 31 * 1_000_000_000
    chunk = next(second.place(Buffer(0, buffers[0].frames, arrived_ns, has_overflowed=False)))
    assert chunk.start_sample == pytest.approx(30 * RATE_HZ, abs=0.05 * RATE_HZ)


def test_the_chosen_channels_stay_the_same_over_a_gap() -> None:
    """The memory of a microphone on the right survives a loss of buffers."""
    sound = np.hstack((np.zeros((16_000, 1), np.int16), noise(16_000) // 4))
    sound[8_000:12_000] = 0
    buffers = buffers_of(sound, [800] * 20, RATE_HZ)
    timeline = Timeline(RATE_HZ, RATE_HZ, health=Health())
    kept = buffers[:5] + buffers[12:]
    chunks = [chunk for buffer in kept for chunk in timeline.place(buffer)]
    np.testing.assert_array_equal(chunks[-1].samples, sound[-800:, 1])


def test_floats_that_are_no_numbers_become_zeros() -> None:
    """A broken driver neither stops the daemon nor stays in an average."""
    frames = scaled(noise(1_600) // 2)
    frames[:10] = np.nan
    frames[10:20] = np.inf
    frames[20:30] = 1e30
    arrived_ns = START_NS + samples_to_ns(1_600, RATE_HZ)
    timeline = Timeline(RATE_HZ, RATE_HZ, health=Health())
    (chunk,) = timeline.place(Buffer(0, frames, arrived_ns, has_overflowed=False))
    assert not chunk.samples[:20].any()
    assert set(chunk.samples[20:30].tolist()) == {32_767}
    np.testing.assert_array_equal(chunk.samples[30:], np.rint(frames[30:, 0] * FULL_SCALE))
