"""The interface of the executor, and the handler while commands are off."""

from typing import TYPE_CHECKING, Protocol

from soundpost.config import MqttConfig
from soundpost.health import Status

if TYPE_CHECKING:
    from soundpost.commands.state_file import StateFile


class CommandHandler(Protocol):
    """Executes commands between two chunks."""

    def tick(self, status: Status) -> None:
        """Executes what is due."""

    def close(self) -> None:
        """Ends running commands and refuses waiting ones."""


class CommandsDisabled:
    """Handles commands while they are off: does nothing."""

    def tick(self, status: Status) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""


def open_state_file(config: MqttConfig) -> "StateFile | None":
    """Opens the file that keeps what commands have changed; returns None if commands are off.

    Turning commands off therefore undoes what they changed; otherwise no command could undo it.
    """
    if not config.commands:
        return None
    from soundpost.commands.state_file import StateFile, state_file_path  # noqa: PLC0415 - see the package

    return StateFile(state_file_path())
