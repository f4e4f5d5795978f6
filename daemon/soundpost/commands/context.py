"""Everything that the executor works with."""

from collections.abc import Callable
from dataclasses import dataclass

from soundpost.commands.live_settings import LiveSettings
from soundpost.commands.self_test import SelfTests
from soundpost.commands.targets import CommandTargets
from soundpost.messages.settings import SettingsMessage


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Everything that the executor works with.

    Attributes:
        targets: The parts of the daemon that commands act on.
        live_settings: Mutes, thresholds and profiles that commands set.
        new_self_test: Makes the self-tests of all models.
        publish_settings: Publishes the settings, retained; called when they change.
    """

    targets: CommandTargets
    live_settings: LiveSettings
    new_self_test: Callable[[], SelfTests]
    publish_settings: Callable[[SettingsMessage], None]
