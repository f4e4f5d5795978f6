"""What can go wrong, one exception per room, each with a hint for the person on the ladder."""

from typing import ClassVar

EX_CONFIG = 78
"""Exit status of a configuration error (sysexits.h); systemd is told not to restart on it."""


class SoundpostError(Exception):
    """A failure that a person can mend.

    Args:
        message: What was expected and what was got, in one line.
        hint: What to do about it, in one line.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(SoundpostError):
    """The configuration file or a flag is wrong."""

    exit_status = EX_CONFIG


class BundleError(SoundpostError):
    """A model bundle is missing, damaged, or not what its manifest says."""

    exit_status = EX_CONFIG


class CaptureError(SoundpostError):
    """Sound cannot be had from the microphone or the file."""


class FeatureError(SoundpostError):
    """A feature specification contradicts itself."""

    exit_status = EX_CONFIG


class EvidenceError(SoundpostError):
    """Clips cannot be listed or exported; that one cannot be stored is no error, but counted."""


class SelfTestError(SoundpostError):
    """A known sound was not told as what it is."""


class WatchError(SoundpostError):
    """What is heard cannot be shown on this terminal."""


class PublishError(SoundpostError):
    """The broker cannot be reached, or refuses what is told to it."""


class MetricsError(SoundpostError):
    """Metrics cannot be told where they are asked for."""
