"""One exception per package, each with a hint for the person who has to repair it."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Literal, get_args, get_origin

import msgspec

_MOST_COMPARED = 1_000
"""Names that are compared with a wrong one; of more, those with its first letter. A comparison with
6,522 similar names takes a second, between two chunks of sound if a command has the wrong name."""
_LONGEST_GUESSED = 64
"""Characters of a name that are compared: the time grows with their square, and a name may come
from a message of many kilobytes."""

_MOST_LISTED = 100
"""Known names that a hint lists, so that it stays readable: a model may have thousands."""

_KIND_NAMES = {
    "`float`": "a number",
    "`int`": "a whole number",
    "`bool`": "true or false",
    "`str`": "text",
    "`array`": "a list",
}
"""Names of types for a person who writes TOML or JSON, by the names that msgspec uses."""

EX_CONFIG = 78
"""Exit status of a configuration error (sysexits.h); the unit does not restart on it."""


class SoundpostError(Exception):
    """A failure that a person can repair.

    Args:
        message: Expected and found values, in one line.
        hint: The remedy, in one line.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(SoundpostError):
    """The configuration file or a flag is wrong."""

    exit_status = EX_CONFIG


class BundleError(SoundpostError):
    """A model bundle is missing, damaged, or does not match its manifest."""

    exit_status = EX_CONFIG


class HeadError(SoundpostError):
    """A head is missing, damaged, or does not fit its backbone; or it cannot be stored."""


class TeachError(SoundpostError):
    """A sound cannot be taught: its clips, its label, or the false events that it would give."""


class BundleImportError(SoundpostError):
    """A foreign model, or a file that belongs to it, cannot be made into a bundle."""


class CaptureError(SoundpostError):
    """The microphone or the file cannot be opened or read."""


class FeatureError(SoundpostError):
    """A feature specification contradicts itself."""

    exit_status = EX_CONFIG


class EvidenceError(SoundpostError):
    """Clips or details cannot be listed or written. A clip not stored is counted instead."""


class SelfTestError(SoundpostError):
    """A known sound was not recognised."""


class ArchiveError(SoundpostError):
    """Recordings cannot be analyzed: the folder of the results, or all worker processes, fail."""


class ReviewError(SoundpostError):
    """Events cannot be reviewed: their store, an import, an export or the terminal fails."""


class WatchError(SoundpostError):
    """The display of `soundpost watch` does not work on this terminal."""


class PublishError(SoundpostError):
    """The broker cannot be reached, or refuses a message; or a command is invalid."""


class MetricsError(SoundpostError):
    """Metrics cannot be exported as configured."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Returns the known name that is most like the given one, or None if none is like it."""
    # Only where a name is wrong: a daemon that runs needs none of it.
    import difflib  # noqa: PLC0415 - see above

    candidates = list(known)
    if len(candidates) > _MOST_COMPARED:
        candidates = [candidate for candidate in candidates if candidate[:1] == name[:1]]
    near = difflib.get_close_matches(name[:_LONGEST_GUESSED], candidates, n=1)
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
    if otherwise is not None:
        return otherwise
    more = f" and {len(known) - _MOST_LISTED} more" if len(known) > _MOST_LISTED else ""
    return f"known: {', '.join(known[:_MOST_LISTED])}{more}"


def expected_value(kind: Any, error: Exception) -> str:  # noqa: ANN401 - a type form
    """Returns what a value should have been, in plain words.

    Args:
        kind: The type of the value: the description of its `Meta` is used, or the choices of its
            `Literal`.
        error: The error that msgspec raised, used for any other type.
    """
    for part in (kind, *get_args(kind)):
        if get_origin(part) is Literal:
            return f"one of {', '.join(get_args(part))}"
        for meta in get_args(part):
            if isinstance(meta, msgspec.Meta) and meta.description:
                return meta.description
    expected = str(error).removeprefix("Expected ").partition(", got")[0]
    return re.sub(
        r"(`[a-z]+)( \| null)?`", lambda match: _KIND_NAMES.get(f"{match[1]}`", match[0]), expected
    )
