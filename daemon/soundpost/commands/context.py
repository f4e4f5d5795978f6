"""What commands are carried out with."""

from collections.abc import Callable
from dataclasses import dataclass

from soundpost.commands.live_settings import LiveSettings
from soundpost.commands.self_test import SelfTest
from soundpost.commands.sound_clock import SoundClock
from soundpost.evidence import Evidence
from soundpost.health import Health
from soundpost.messages.settings import SettingsMessage


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What a steward does things with.

    Attributes:
        live_settings: Mutes, thresholds and profiles.
        evidence: Clips.
        self_test: Makes a self-test.
        reload: Reads the configuration again, and begins anew with it; raises what is wrong.
        tell: Told the settings whenever they change.
        sound_clock: When it is, by the sound.
        health: Where commands are counted.
    """

    live_settings: LiveSettings
    evidence: Evidence
    self_test: Callable[[], SelfTest]
    reload: Callable[[], None]
    tell: Callable[[SettingsMessage], None]
    sound_clock: SoundClock
    health: Health
