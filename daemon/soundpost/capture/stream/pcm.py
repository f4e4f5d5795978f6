"""Raw PCM on standard input as a source."""

import logging
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from soundpost.audio import Chunk
from soundpost.audio.channels import ChannelChoice
from soundpost.capture.live.pcm_chunks import PcmChunks
from soundpost.capture.live.pcm_reader import PcmReader
from soundpost.config import CaptureConfig
from soundpost.errors import CaptureError
from soundpost.health import Health
from soundpost.recording.byte_stream import READ_BYTES
from soundpost.recording.containers.layout import Encoding, Format

POLL_SECONDS = 0.1
"""Time that `chunks` waits for a block before it checks for `stop`: two blocks."""
QUIET_SECONDS = 1.0
"""A pipe without data for this long is reported as waiting, so that running events end."""

PcmEncoding = Literal["s16le", "s24le", "s32le", "f32le"]
_ENCODINGS: dict[PcmEncoding, Encoding] = {
    "s16le": Encoding("signed", 2),
    "s24le": Encoding("signed", 3),
    "s32le": Encoding("signed", 4),
    "f32le": Encoding("float", 4),
}

_HINT = "pipe PCM into it: arecord -t raw -f S16_LE -r 16000 | soundpost run --source pcm:-"

_log = logging.getLogger("soundpost.capture")


@dataclass(frozen=True, slots=True)
class PcmOptions:
    """Raw PCM and how it is recorded.

    Attributes:
        encoding: The encoding of a sample.
        rate_hz: Frames per second.
        channels: Samples per frame.
        channel: The channels that are used.
        pace: `real` reads at the pace of a microphone, `fast` as fast as it comes.
        queue_seconds: The most sound that may wait in the queue; then the writer has to wait.
    """

    encoding: PcmEncoding
    rate_hz: int
    channels: int
    channel: ChannelChoice = "auto"
    pace: Literal["real", "fast"] = "real"
    queue_seconds: float = 10.0

    @property
    def format(self) -> Format:
        """The format of the samples."""
        encoding = _ENCODINGS[self.encoding]
        frame_bytes = encoding.sample_bytes * self.channels
        return Format(encoding, self.channels, self.rate_hz, frame_bytes)


class PcmSource:
    """Reads raw PCM from a descriptor to its end; any bytes are sound.

    Args:
        options: The format.
        sample_rate_hz: Rate of the chunks.
        health: Counts samples and losses.
        descriptor: By default standard input.
    """

    def __init__(
        self,
        options: PcmOptions,
        sample_rate_hz: int,
        health: Health,
        descriptor: int | None = None,
    ) -> None:
        self._options = options
        self._descriptor = descriptor
        self._chunks = PcmChunks("pcm:-", sample_rate_hz, options.channel, health)
        self._reader: PcmReader | None = None
        self._stopping = False

    def __enter__(self) -> Self:
        """Begins to read.

        Raises:
            CaptureError: Standard input is closed, a terminal or a folder.
        """
        sound = self._options.format
        descriptor = _standard_input() if self._descriptor is None else self._descriptor
        # What a full pipe holds was written before the start, and is read at once.
        held_seconds = READ_BYTES / sound.frame_bytes / sound.rate_hz
        self._reader = PcmReader(
            descriptor,
            lambda _: sound,
            self._options.queue_seconds,
            held_seconds if self._options.pace == "real" else None,
            drops=False,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._reader is not None:
            self._reader.stop()
            self._reader.join()

    @property
    def description(self) -> str:
        """The rate and the channels in words, once there was a chunk."""
        return self._chunks.description

    @property
    def waiting_seconds(self) -> float:
        """Sound that waits in the queue."""
        return self._reader.waiting_seconds if self._reader is not None else 0.0

    def stop(self) -> None:
        """Ends `chunks` within 0.1 s."""
        self._stopping = True

    def chunks(self) -> Iterator[Chunk | None]:
        """Yields the sound to its end; None while the pipe has no data.

        Raises:
            CaptureError: The pipe ended before the first frame.
        """
        reader, waited_seconds = self._reader, 0.0
        while reader is not None and not self._stopping:
            buffer = reader.get(POLL_SECONDS)
            if buffer is not None:
                waited_seconds = 0.0
                yield from self._chunks.place(buffer, reader)
            elif reader.has_ended:
                yield from self._end(reader)
                return
            else:
                waited_seconds += POLL_SECONDS
                if waited_seconds >= QUIET_SECONDS:
                    yield None

    def _end(self, reader: PcmReader) -> Iterator[Chunk]:
        if reader.odd_bytes:
            _log.warning(
                "pcm:-: %d bytes at its end are not a whole frame of %d bytes, and are left out",
                reader.odd_bytes,
                self._options.format.frame_bytes,
            )
        if self._chunks.end is None:
            raise CaptureError(
                "pcm:-: expected PCM on standard input, got its end at once", hint=_HINT
            )
        yield from self._chunks.flush()


def _standard_input() -> int:
    """Returns the descriptor of standard input.

    Raises:
        CaptureError: It is closed, a terminal or a folder.
    """
    try:
        descriptor = sys.__stdin__.fileno() if sys.__stdin__ else 0
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
    except OSError:
        got = "it is closed"
    else:
        if not is_folder and not os.isatty(descriptor):
            return descriptor
        got = "a folder" if is_folder else "a terminal"
    raise CaptureError(f"pcm:-: expected PCM on standard input, got {got}", hint=_HINT)


def pcm_options(config: CaptureConfig, sample_rate_hz: int) -> PcmOptions:
    """Returns the options of raw PCM, whose rate is that of the chunks unless it is configured."""
    return PcmOptions(
        config.pcm_format,
        config.rate_hz or sample_rate_hz,
        config.channels,
        config.channel,
        config.pace,
        config.queue_seconds,
    )
