"""Laying the sound card's buffers on the line of samples."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, NANOSECONDS, Chunk, Pcm
from soundpost.capture.microphone.timestamps import CaptureTimestamps
from soundpost.capture.resample import MonoResampler
from soundpost.health import Health


@dataclass(frozen=True, slots=True)
class Buffer:
    """What the sound card's callback was given.

    Attributes:
        start_frame: Frames that the callback was given before.
        frames: int16[frames, channels], at the card's rate.
        arrived_ns: When, on the monotonic clock.
        has_overflowed: Whether the card says that it lost sound just before.
    """

    start_frame: int
    frames: NDArray[np.int16]
    arrived_ns: int
    has_overflowed: bool


@dataclass(frozen=True, slots=True)
class SamplePosition:
    """Where a line of samples broke off.

    Attributes:
        sample: One past the last sample.
        captured_ns: When that would have been heard, on the monotonic clock.
    """

    sample: int
    captured_ns: int


class Timeline:
    """Turns buffers into chunks; what is lost between two buffers becomes a gap.

    The count of frames is the clock. Frames lost to a full queue are known exactly; of those
    lost in the card only the time that passed is known, and the gap is at least 1 sample. So is
    the gap between two recordings.

    Args:
        rate_hz: The rate of the buffers.
        sample_rate_hz: The rate of the chunks.
        health: Where samples, and losses, are counted.
        follows: The end of the recording that this one goes on from.
    """

    def __init__(
        self,
        rate_hz: int,
        sample_rate_hz: int,
        *,
        health: Health,
        follows: SamplePosition | None = None,
    ) -> None:
        self._rate_hz = rate_hz
        self._sample_rate_hz = sample_rate_hz
        self._health = health
        self._timestamps = CaptureTimestamps(rate_hz)
        self._resampler = MonoResampler(rate_hz, sample_rate_hz)
        self._follows = follows
        self._next_frame = 0
        self._lost_frames = 0  # in the card: the callback's count does not have them
        self._first_sample = 0
        self._next_sample = 0

    @property
    def end(self) -> SamplePosition | None:
        """Where it has come to; None where nothing was ever heard."""
        if not self._timestamps.has_heard:
            return self._follows
        # What is behind was heard earlier, or lost: it belongs into the gap that follows.
        captured_ns = self._captured_ns(self._next_sample) - self._timestamps.behind_ns
        return SamplePosition(self._next_sample, captured_ns)

    @property
    def behind_seconds(self) -> float:
        """How much later sound comes than it did at first, for 10 s and more."""
        return self._timestamps.behind_ns / NANOSECONDS

    def place(self, buffer: Buffer) -> Iterator[Chunk]:
        """The chunks that the buffer completes, in order."""
        start_frame = buffer.start_frame + self._lost_frames
        if buffer.has_overflowed:
            end_frame = start_frame + len(buffer.frames)
            lost_frames = max(1, self._timestamps.late_frames(end_frame, buffer.arrived_ns))
            self._lost_frames += lost_frames
            start_frame += lost_frames
        is_first = not self._timestamps.has_heard
        self._timestamps.record(start_frame + len(buffer.frames), buffer.arrived_ns)
        if is_first:
            self._go_on()
        if start_frame != self._next_frame:
            yield from self._chunk(self._resampler.flush())
            self._leave_gap(start_frame)
        self._next_frame = start_frame + len(buffer.frames)
        scaled = np.divide(buffer.frames, FULL_SCALE, dtype=np.float32)
        yield from self._chunk(self._resampler.resample(scaled))

    def _go_on(self) -> None:
        """Place the first frame as far after the last recording's end as it was heard later."""
        if self._follows is None:
            return
        away_ns = self._timestamps.captured_ns(0) - self._follows.captured_ns
        away_samples = max(1, away_ns * self._sample_rate_hz // NANOSECONDS)
        self._first_sample = self._next_sample = self._follows.sample + away_samples

    def _leave_gap(self, start_frame: int) -> None:
        ahead_samples = round(start_frame * self._sample_rate_hz / self._rate_hz)
        resumed_sample = self._first_sample + ahead_samples
        lost_samples = max(1, resumed_sample - self._next_sample)
        self._health.overflows += 1
        self._health.dropped_samples += lost_samples
        self._next_sample += lost_samples
        self._resampler = MonoResampler(self._rate_hz, self._sample_rate_hz)

    def _chunk(self, samples: Pcm) -> Iterator[Chunk]:
        if not len(samples):
            return
        start_sample = self._next_sample
        # Read anew each time: a wall clock that is set right after boot is believed at once.
        wall_ns = time.time_ns() - time.monotonic_ns()
        self._next_sample += len(samples)
        self._health.samples += len(samples)
        yield Chunk(start_sample, samples, wall_ns + self._captured_ns(start_sample))

    def _captured_ns(self, sample: int) -> int:
        frame = (sample - self._first_sample) * self._rate_hz // self._sample_rate_hz
        return self._timestamps.captured_ns(frame)
