"""The source protocol, and sources as the user names them: `mic:NAME`, `rtsp://…`."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

import msgspec

from soundpost.audio import Chunk
from soundpost.capture.stream.address import StreamAddress, parse_address
from soundpost.errors import CaptureError


class Source(Protocol):
    """The place where sound comes from; a context manager that opens and closes it."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def chunks(self) -> Iterator[Chunk | None]:
        """Yields mono int16 at the capture rate, until the end of the file or `stop`.

        Yields None while there is no sound for now, so that the pipeline need not wait for more.

        Raises:
            CaptureError: The sound ended in any other way.
        """
        ...

    def stop(self) -> None:
        """Ends `chunks` soon; takes no lock, so a signal handler or any thread may call it."""
        ...


@runtime_checkable
class QueuedSource(Protocol):
    """A source whose sound waits in a queue until the pipeline takes it."""

    @property
    def waiting_seconds(self) -> float:
        """Sound that waits in the queue."""


class MicSpec(msgspec.Struct, frozen=True):
    """The specification of a microphone: its name or its index; None is the system's default."""

    device: str | None


class FileSpec(msgspec.Struct, frozen=True):
    """The specification of a sound file: its path."""

    path: Path


class PcmSpec(msgspec.Struct, frozen=True):
    """The specification of raw PCM on standard input."""


SourceSpec = MicSpec | FileSpec | PcmSpec | StreamAddress

PCM = "pcm:-"


def parse_source(text: str) -> SourceSpec:
    """Parses `mic`, `mic:NAME`, `mic:INDEX`, `wav:PATH`, `rtsp://…`, `ffmpeg:INPUT` or `pcm:-`.

    Raises:
        CaptureError: The text has none of these forms.
        ConfigError: The address of a stream is impossible.
    """
    kind, _, rest = text.partition(":")
    if text == "mic":
        return MicSpec(None)
    if kind == "mic" and rest:
        return MicSpec(rest)
    if kind == "wav" and rest:
        return FileSpec(Path(rest))
    if text == PCM:
        return PcmSpec()
    if kind in {"rtsp", "rtsps", "ffmpeg"} and rest:
        return parse_address(text)
    raise CaptureError(
        "expected a source as mic, mic:NAME, wav:PATH, rtsp://URL, ffmpeg:INPUT or pcm:-, "
        f"got {text!r}",
        hint="`soundpost devices` lists the microphones by name",
    )


def describe_source(text: str) -> str:
    """Returns a source for logs and messages, without secret values in the URL of a stream."""
    source = parse_source(text)
    return source.shown if isinstance(source, StreamAddress) else text
