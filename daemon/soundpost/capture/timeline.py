"""Laying the sound card's buffers on the line of samples."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Chunk, Pcm
from soundpost.capture.arrival import Arrivals
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


class Timeline:
    """Turns buffers into chunks; what is lost between two buffers becomes a gap.

    The count of frames is the clock. Frames lost to a full queue are known exactly; of those
    lost in the card only the time that passed is known, and the gap is at least 1 sample.

    Args:
        rate_hz: The rate of the buffers.
        sample_rate_hz: The rate of the chunks.
        health: Where samples, and losses, are counted.
    """

    def __init__(self, rate_hz: int, sample_rate_hz: int, *, health: Health) -> None:
        self._rate_hz = rate_hz
        self._sample_rate_hz = sample_rate_hz
        self._health = health
        self._arrivals = Arrivals(rate_hz)
        self._resampler = MonoResampler(rate_hz, sample_rate_hz)
        self._next_frame = 0
        self._lost_frames = 0  # in the card: the callback's count does not have them
        self._next_sample = 0

    def place(self, buffer: Buffer) -> Iterator[Chunk]:
        """The chunks that the buffer completes, in order."""
        start_frame = buffer.start_frame + self._lost_frames
        if buffer.has_overflowed:
            end_frame = start_frame + len(buffer.frames)
            lost_frames = max(1, self._arrivals.late_frames(end_frame, buffer.arrived_ns))
            self._lost_frames += lost_frames
            start_frame += lost_frames
        self._arrivals.note(start_frame + len(buffer.frames), buffer.arrived_ns)
        if start_frame != self._next_frame:
            yield from self._chunk(self._resampler.finish())
            self._leave_gap(start_frame)
        self._next_frame = start_frame + len(buffer.frames)
        scaled = np.divide(buffer.frames, FULL_SCALE, dtype=np.float32)
        yield from self._chunk(self._resampler.resample(scaled))

    def _leave_gap(self, start_frame: int) -> None:
        resumed_sample = round(start_frame * self._sample_rate_hz / self._rate_hz)
        lost_samples = max(1, resumed_sample - self._next_sample)
        self._health.overflows += 1
        self._health.dropped_samples += lost_samples
        self._next_sample += lost_samples
        self._resampler = MonoResampler(self._rate_hz, self._sample_rate_hz)

    def _chunk(self, samples: Pcm) -> Iterator[Chunk]:
        if not len(samples):
            return
        start_sample = self._next_sample
        start_frame = start_sample * self._rate_hz // self._sample_rate_hz
        # Read anew each time: a wall clock that is set right after boot is believed at once.
        wall_ns = time.time_ns() - time.monotonic_ns()
        self._next_sample += len(samples)
        self._health.samples += len(samples)
        yield Chunk(start_sample, samples, wall_ns + self._arrivals.heard_ns(start_frame))
