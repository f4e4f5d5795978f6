"""Places the sound card's buffers on one count of samples, with gaps for lost sound."""

import time
from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.audio import NANOSECONDS, Chunk, Pcm
from soundpost.audio.channels import ChannelMixer
from soundpost.audio.resample import MonoResampler
from soundpost.capture.live.timestamps import CaptureTimestamps
from soundpost.health import Health


class Buffer(msgspec.Struct, frozen=True):
    """A buffer that the sound card's callback received.

    Attributes:
        start_frame: Frames that the callback received before.
        frames: float32[frames, channels], at the card's rate, full scale at 1.0.
        arrived_ns: Its arrival on the monotonic clock.
        has_overflowed: True if the card reports that it lost sound just before.
    """

    start_frame: int
    frames: NDArray[np.float32]
    arrived_ns: int
    has_overflowed: bool


class SamplePosition(msgspec.Struct, frozen=True):
    """The end of a recording, as a sample count and as a time.

    Attributes:
        sample: One past the last sample.
        captured_ns: The time on the monotonic clock at which that sample would be captured.
    """

    sample: int
    captured_ns: int


BEHIND_SECONDS = 1.0
"""Largest permanent delay of sound before it counts as lost. PulseAudio buffers more than a minute
for a slow reader, and does not report it."""


class Timeline:
    """Turns buffers into chunks; sound that was lost between two buffers becomes a gap.

    The count of frames is the clock. The number of frames that a full queue dropped is known
    exactly. For frames lost in the card, and between two recordings, only the time that passed
    is known; such a gap is at least 1 sample long.

    Args:
        rate_hz: Rate of the buffers.
        sample_rate_hz: Rate of the chunks.
        health: Counts samples and losses.
        mixer: Turns the channels of the buffers into one; by default those that carry the sound.
        follows: The end of the recording that this one continues.
    """

    def __init__(
        self,
        rate_hz: int,
        sample_rate_hz: int,
        *,
        health: Health,
        mixer: ChannelMixer | None = None,
        follows: SamplePosition | None = None,
    ) -> None:
        self._rate_hz = rate_hz
        self._sample_rate_hz = sample_rate_hz
        self._health = health
        self._timestamps = CaptureTimestamps(rate_hz)
        # The channels that carry the sound are the same before and after a gap.
        self._mixer = mixer or ChannelMixer("auto", rate_hz)
        self._resampler = MonoResampler(rate_hz, sample_rate_hz, self._mixer)
        self._follows = follows
        self._next_frame = 0
        self._lost_frames = 0  # in the card: the callback's count does not include them
        self._first_sample = 0
        self._next_sample = 0

    @property
    def end(self) -> SamplePosition | None:
        """The position after the last sample; None if there never was one."""
        if not self._timestamps.has_buffers:
            return self._follows
        # Sound that is behind was captured earlier, or lost: the next gap covers it.
        captured_ns = self._captured_ns(self._next_sample) - self._timestamps.behind_ns
        return SamplePosition(self._next_sample, captured_ns)

    @property
    def behind_seconds(self) -> float:
        """Delay of sound compared to its first arrival, once it has lasted for 10 s."""
        return self._timestamps.behind_ns / NANOSECONDS

    def skip_delay(self) -> None:
        """Takes the delay of sound for sound that was lost: the next buffer follows a gap."""
        self._lost_frames += max(1, self._timestamps.behind_ns * self._rate_hz // NANOSECONDS)

    def flush(self) -> Iterator[Chunk]:
        """Yields the sound that the mixer and the resampler still hold; no buffer may follow."""
        yield from self._chunk(self._resampler.flush())

    def place(self, buffer: Buffer) -> Iterator[Chunk]:
        """Yields the chunks that the buffer completes, in order."""
        start_frame = buffer.start_frame + self._lost_frames
        if buffer.has_overflowed:
            end_frame = start_frame + len(buffer.frames)
            lost_frames = max(1, self._timestamps.late_frames(end_frame, buffer.arrived_ns))
            self._lost_frames += lost_frames
            start_frame += lost_frames
        is_first = not self._timestamps.has_buffers
        self._timestamps.record(start_frame + len(buffer.frames), buffer.arrived_ns)
        if is_first:
            self._continue_recording()
        if start_frame != self._next_frame:
            yield from self._chunk(self._resampler.flush())
            self._leave_gap(start_frame)
        self._next_frame = start_frame + len(buffer.frames)
        yield from self._chunk(self._resampler.resample(_finite(buffer.frames)))

    def _continue_recording(self) -> None:
        """Places the first frame after the last recording's end, by the time between them."""
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
        self._resampler = MonoResampler(self._rate_hz, self._sample_rate_hz, self._mixer)

    def _chunk(self, samples: Pcm) -> Iterator[Chunk]:
        if not len(samples):
            return
        start_sample = self._next_sample
        # Read for each chunk: a wall clock that is corrected after boot takes effect at once.
        wall_ns = time.time_ns() - time.monotonic_ns()
        self._next_sample += len(samples)
        self._health.samples += len(samples)
        captured_ns = wall_ns + self._captured_ns(start_sample)
        yield Chunk(start_sample, samples, captured_ns, self._resampler.state)

    def _captured_ns(self, sample: int) -> int:
        frame = (sample - self._first_sample) * self._rate_hz // self._sample_rate_hz
        return self._timestamps.captured_ns(frame)


def _finite(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns frames within full scale; NaN and infinity, of a broken driver, become 0."""
    if np.abs(frames).max() <= 1.0:  # false for NaN
        return frames
    return np.clip(np.nan_to_num(frames, nan=0.0, posinf=0.0, neginf=0.0), -1.0, 1.0)
