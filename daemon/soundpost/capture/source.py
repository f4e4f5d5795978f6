"""The source protocol, and sources as the user names them: `mic:NAME` and `wav:PATH`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from soundpost.audio import Chunk
from soundpost.errors import CaptureError


class Source(Protocol):
    """A microphone or a file; a context manager that opens and closes it."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def chunks(self) -> Iterator[Chunk | None]:
        """Yields mono int16 at the model's rate, until the end of the file or `stop`.

        Yields None while there is no sound for now, so that the pipeline need not wait for more.

        Raises:
            CaptureError: The sound ended in any other way.
        """
        ...

    def stop(self) -> None:
        """Ends `chunks` soon; takes no lock, so a signal handler or any thread may call it."""
        ...


@dataclass(frozen=True, slots=True)
class MicSpec:
    """The specification of a microphone: its name or its index; None is the system's default."""

    device: str | None


@dataclass(frozen=True, slots=True)
class FileSpec:
    """The specification of a sound file: its path."""

    path: Path


def parse_source(text: str) -> MicSpec | FileSpec:
    """Parses `mic`, `mic:NAME`, `mic:INDEX` or `wav:PATH`.

    Raises:
        CaptureError: The text has none of these forms.
    """
    kind, _, rest = text.partition(":")
    if text == "mic":
        return MicSpec(None)
    if kind == "mic" and rest:
        return MicSpec(rest)
    if kind == "wav" and rest:
        return FileSpec(Path(rest))
    raise CaptureError(
        f"expected a source as mic, mic:NAME or wav:PATH, got {text!r}",
        hint="`soundpost devices` lists the microphones by name",
    )
