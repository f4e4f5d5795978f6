"""What commands are carried out with."""

from collections.abc import Callable
from dataclasses import dataclass

from soundpost.control.ears import Ears
from soundpost.control.tuning import Tuning
from soundpost.evidence import Evidence
from soundpost.health import Health
from soundpost.publish.settings import SettingsMessage
from soundpost.trial import Trial


@dataclass(frozen=True, slots=True)
class Means:
    """What a steward does things with.

    Attributes:
        tuning: Mutes, thresholds and profiles.
        evidence: Clips.
        trial: Makes a self-test.
        reload: Reads the configuration again, and begins anew with it; raises what is wrong.
        tell: Told the settings whenever they change.
        ears: When it is, by the sound.
        health: Where commands are counted.
    """

    tuning: Tuning
    evidence: Evidence
    trial: Callable[[], Trial]
    reload: Callable[[], None]
    tell: Callable[[SettingsMessage], None]
    ears: Ears
    health: Health
