"""Who carries out commands, as the main loop sees it, and nobody who does."""

from typing import TYPE_CHECKING, Protocol

from soundpost.config import MqttConfig

if TYPE_CHECKING:
    from soundpost.commands.state_file import StateFile


class CommandHandler(Protocol):
    """Carries out commands between two chunks of sound."""

    def tick(self, *, is_over: bool = False) -> None:
        """Do what there is to do.

        Args:
            is_over: Whether nothing more is heard for now.
        """

    def close(self) -> None:
        """Bring to an end what goes on, and refuse what waits."""


class CommandsDisabled:
    """Does nothing, where nothing may be commanded."""

    def tick(self, *, is_over: bool = False) -> None:
        """Nothing is to be done."""

    def close(self) -> None:
        """Nothing is to be ended."""


def open_state_file(config: MqttConfig) -> "StateFile | None":
    """What commands have changed, remembered; None where nobody is obeyed.

    So who turns commands off turns off what they did: nobody could take it back.
    """
    if not config.commands:
        return None
    from soundpost.commands.state_file import StateFile, state_file_path  # noqa: PLC0415 - see the room's text

    return StateFile(state_file_path())
