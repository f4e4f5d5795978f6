"""Receives commands and sends their results."""

from typing import TYPE_CHECKING, Protocol

from soundpost.mqtt.connection import Connection

if TYPE_CHECKING:
    from soundpost.publish.inbox.pieces import PieceSlot


class CommandChannel(Protocol):
    """Receives commands and sends their results over whatever connection there is.

    Attributes:
        pieces: Publishes a clip that a command has requested.
    """

    pieces: "PieceSlot"

    @property
    def waiting(self) -> int:
        """The number of results that the broker has not acknowledged yet."""
        ...

    def on_connect(self, connection: Connection) -> None:
        """Subscribes to commands on a new connection."""

    def send(self, connection: Connection) -> None:
        """Publishes as many results as may be in flight now."""

    def close_results(self) -> None:
        """Accepts no further results; those that wait are still sent."""


__all__ = ["CommandChannel"]
