"""Executes commands that came over MQTT, and the self-test.

The modules that execute commands are imported only where commands are on, because by default they
are off and the start should not take longer for them.
"""

from soundpost.commands.handler import CommandHandler, CommandsDisabled, open_state_file
from soundpost.commands.sound_clock import SoundClock
from soundpost.commands.targets import CommandTargets

__all__ = [
    "CommandHandler",
    "CommandTargets",
    "CommandsDisabled",
    "SoundClock",
    "open_state_file",
]
