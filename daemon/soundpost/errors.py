"""What can go wrong, one exception per room, each with a hint for the person on the ladder."""

import difflib
from collections.abc import Iterable
from typing import ClassVar

_LONGEST_GUESSED = 64
"""Only so many characters of a name are compared: the time grows with their square."""

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


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Returns the known name that is most like the given one, or None if none is like it."""
    near = difflib.get_close_matches(name[:_LONGEST_GUESSED], list(known), n=1)
    return near[0] if near else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Returns a hint for an unknown name: `did you mean siren?`, else the known names.

    Args:
        name: What was given.
        known: What could have been given.
        otherwise: The hint if no known name is like it; by default the list of known names.
    """
    known = list(known)
    guess = nearest(name, known)
    if guess:
        return f"did you mean {guess}?"
    return f"known: {', '.join(known)}" if otherwise is None else otherwise
