"""Chunks of the blocks that a `PcmReader` reads."""

import logging
from collections.abc import Iterator

from soundpost.audio import Chunk
from soundpost.audio.channels import ChannelChoice, ChannelMixer
from soundpost.capture.live.pcm_reader import PcmReader
from soundpost.capture.live.timeline import BEHIND_SECONDS, Buffer, SamplePosition, Timeline
from soundpost.health import Health
from soundpost.recording.containers.layout import Format

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
        timeline = self._timeline or self._begin(reader.format)
        for chunk in timeline.place(buffer):
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
