"""Chunks of the blocks that a `PcmReader` reads."""

import logging
import time
from collections.abc import Iterator

import msgspec

from soundpost.audio import Chunk, samples_to_ns
from soundpost.audio.channels import ChannelChoice, ChannelMixer
from soundpost.capture.live.pcm_reader import PcmReader
from soundpost.capture.live.timeline import BEHIND_SECONDS, Buffer, SamplePosition, Timeline
from soundpost.health import Health
from soundpost.recording.containers.layout import Format

BURST_SECONDS = 0.1
"""Time after the first block in which the blocks arrive that waited behind it: two blocks."""

_log = logging.getLogger("soundpost.capture")


class PcmChunks:
    """Places blocks on the count of samples; sound that was lost on the way becomes a gap.

    Args:
        name: The source, for the log.
        sample_rate_hz: Rate of the chunks.
        channel: The channels that are used.
        health: Counts samples and losses.
        follows: The end of the recording that this one continues.
    """

    def __init__(
        self,
        name: str,
        sample_rate_hz: int,
        channel: ChannelChoice,
        health: Health,
        follows: SamplePosition | None = None,
    ) -> None:
        self._name = name
        self._sample_rate_hz = sample_rate_hz
        self._channel = channel
        self._health = health
        self._follows = follows
        self._timeline: Timeline | None = None
        self._logged_channels: tuple[int, ...] = ()

    @property
    def end(self) -> SamplePosition | None:
        """The position after the last sample; None if there never was one."""
        return self._timeline.end if self._timeline is not None else self._follows

    @property
    def description(self) -> str:
        """The source, its rate and its channels in words, once there was a chunk."""
        return f"{self._name}: {self._sound.rate_hz} Hz, {self._mixer.description}"

    def place(self, buffer: Buffer, reader: PcmReader) -> Iterator[Chunk]:
        """Yields the chunks that a block completes, in order.

        Args:
            buffer: The block.
            reader: Read it.

        Raises:
            CaptureError: The source lacks the chosen channel.
        """
        timeline, buffers = self._timeline, [buffer]
        if timeline is None:
            timeline, buffers = self._begin(reader.format), _first_buffers(buffer, reader)
        for each in buffers:
            for chunk in timeline.place(each):
                self._log_channels()
                yield chunk
        if timeline.behind_seconds > BEHIND_SECONDS:
            _log.warning("%s: %.1f s of sound were lost", self._name, timeline.behind_seconds)
            timeline.skip_delay()

    def flush(self) -> Iterator[Chunk]:
        """Yields what is still held at the end."""
        if self._timeline is not None:
            yield from self._timeline.flush()

    def _begin(self, sound: Format | None) -> Timeline:
        if sound is None:
            raise ValueError(sound)
        self._sound = sound
        self._mixer = ChannelMixer(self._channel, sound.rate_hz, self._name)
        self._timeline = Timeline(
            sound.rate_hz,
            self._sample_rate_hz,
            health=self._health,
            mixer=self._mixer,
            follows=self._follows,
        )
        return self._timeline

    def _log_channels(self) -> None:
        """Logs which channels of several are used, when that changes."""
        if self._sound.channels > 1 and self._mixer.used_channels != self._logged_channels:
            self._logged_channels = self._mixer.used_channels
            _log.info("%s", self.description)


def _first_buffers(first: Buffer, reader: PcmReader) -> list[Buffer]:
    """Returns the first block, with the arrival that it would have had alone, and those behind.

    A decoder inspects sound before it delivers it, a server begins with the past seconds, and a
    pipe holds what was written before the start. Then the first block arrives late, and the next
    ones at once; by its arrival alone, all sound until the next opening would be counted too late.
    """
    time.sleep(BURST_SECONDS)
    buffers = [first]
    while (buffer := reader.get(0.0)) is not None:
        buffers.append(buffer)
    rate_hz = reader.format.rate_hz if reader.format is not None else 1
    durations_ns = [
        samples_to_ns(buffer.start_frame + len(buffer.frames), rate_hz) for buffer in buffers
    ]
    origin_ns = min(
        buffer.arrived_ns - duration_ns
        for buffer, duration_ns in zip(buffers, durations_ns, strict=True)
    )
    return [msgspec.structs.replace(first, arrived_ns=origin_ns + durations_ns[0]), *buffers[1:]]
