"""The protocol of a source that records once, until it is lost."""

from collections.abc import Iterator
from typing import Protocol

from soundpost.audio import Chunk
from soundpost.capture.live.timeline import SamplePosition
from soundpost.errors import CaptureError


class LoginRefusedError(CaptureError):
    """A source refused the user or the password."""


class LiveSource(Protocol):
    """A source that records once, until it is lost."""

    @property
    def name(self) -> str:
        """The name of what records, for the log."""

    @property
    def end(self) -> SamplePosition | None:
        """The position after the last sample; None if there never was one."""

    @property
    def waiting_seconds(self) -> float:
        """Sound that waits in the queue."""

    def chunks(self) -> Iterator[Chunk | None]:
        """Yields captured sound, and None now and then while there is none.

        Raises:
            CaptureError: The source was lost.
        """

    def stop(self) -> None:
        """Ends `chunks` soon; takes no lock."""

    def close(self) -> None:
        """Closes it, if it reacts at once."""

    def try_close(self) -> bool:
        """Returns whether it is closed, after `close`."""
