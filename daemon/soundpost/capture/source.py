"""What every source of sound does, and how a person names one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from soundpost.audio import Chunk
from soundpost.errors import CaptureError


class Source(Protocol):
    """Sound, from a microphone or a file; entering opens it and leaving closes it."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def chunks(self) -> Iterator[Chunk | None]:
        """Mono int16 at the model's rate, until the true end of a file or `stop`.

        None says that nothing is heard for now, so that whoever listens need not wait for more.

        Raises:
            CaptureError: The sound ended in any other way.
        """
        ...

    def stop(self) -> None:
        """Let `chunks` end soon; takes no lock, so a signal handler or a thread may call it."""
        ...


@dataclass(frozen=True, slots=True)
class Microphone:
    """A microphone, by its name or its index; None is the system's default."""

    device: str | None


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file."""

    path: Path


def parse_source(text: str) -> Microphone | Recording:
    """The source that `mic`, `mic:NAME`, `mic:INDEX` or `wav:PATH` names.

    Raises:
        CaptureError: It is none of these.
    """
    kind, _, rest = text.partition(":")
    if text == "mic":
        return Microphone(None)
    if kind == "mic" and rest:
        return Microphone(rest)
    if kind == "wav" and rest:
        return Recording(Path(rest))
    raise CaptureError(
        f"expected a source as mic, mic:NAME or wav:PATH, got {text!r}",
        hint="`soundpost devices` lists the microphones by name",
    )
