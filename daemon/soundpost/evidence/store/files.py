"""The files of a clip: their names, and how they come onto the disk whole or not at all."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost.system.atomic_file import PART, sync_folder, write_atomic
from soundpost.system.clock import ClockState, rfc3339

SOUND, PICTURE, SIDECAR = ".flac", ".png", ".json"
SUFFIXES = (SIDECAR, PICTURE, SOUND)
"""In the order of writing: what stands there under its name has all the others beside it, and
nothing of ours is ever without the sidecar that proves it ours."""

OURS = re.compile(r"[0-9]{8}T[0-9]{6}Z-[a-z0-9_]+-[0-9a-f]{8}")
_ID_DIGITS = 8  # the last ones: a UUIDv7 begins with the time and ends in chance

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS_PER_MILLISECOND = 1_000_000

NOT_OURS = (OSError, msgspec.DecodeError, ValueError, RecursionError)
"""What reading a sidecar raises over bytes that nobody here wrote, as fuzzing found them."""

Seconds = Annotated[float, Meta(ge=0.0)]


class SidecarDetection(msgspec.Struct, frozen=True):
    """What is read of a detection message; it says more, see docs/PAYLOAD.md."""

    id: str
    label: str
    score: float
    onset: str
    clock: ClockState

    @property
    def onset_utc_ns(self) -> int:
        """When it began, nanoseconds since 1970 UTC, to the millisecond.

        Raises:
            ValueError: `onset` is no time, or one of no time zone.
        """
        onset = datetime.fromisoformat(self.onset)
        if onset.tzinfo is None:
            raise ValueError(f"expected a time with its zone, got {self.onset}")
        return (onset - _EPOCH) // timedelta(milliseconds=1) * _NANOSECONDS_PER_MILLISECOND


class Sidecar(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside a clip as JSON (schema 1).

    Attributes:
        schema: Version of this shape.
        clip: Name of the FLAC file.
        start: When its first sample was heard, RFC 3339 in UTC.
        seconds: How long it is.
        onset_seconds: Where in it the event begins.
        offset_seconds: Where the event ends; None if it goes on beyond the clip.
        muted: From and to where it was silenced because somebody spoke, in seconds.
        detection: The message that tells of the event, as it went over the wire.
    """

    schema: Literal[1] = 1
    clip: str
    start: str
    seconds: Seconds
    onset_seconds: Seconds
    offset_seconds: Seconds | None
    muted: list[tuple[Seconds, Seconds]]
    detection: msgspec.Raw

    def told(self) -> SidecarDetection:
        """What the message says of the event.

        Raises:
            msgspec.DecodeError: It is no detection message.
        """
        return msgspec.json.decode(self.detection, type=SidecarDetection)


def stem_of(onset_utc_ns: int, label: str, event_id: str) -> str:
    """What the files of an event are called: names that sort by the onset, whole seconds UTC."""
    second = re.sub(r"[-:]|\.\d+", "", rfc3339(onset_utc_ns))
    return f"{second}-{label}-{event_id.replace('-', '')[-_ID_DIGITS:]}"


def write_clip(folder: Path, stem: str, contents: dict[str, bytes]) -> None:
    """Write a clip's files, given by suffix; after an error none of them is there.

    Raises:
        OSError: The disk is full, the folder not there or not writable, or whatever else.
    """
    try:
        for suffix in SUFFIXES:
            write_atomic(folder / f"{stem}{suffix}", contents[suffix])
        sync_folder(folder)
    except OSError:
        remove_clip(folder, stem)
        raise


def remove_clip(folder: Path, stem: str) -> bool:
    """Whether the files of a clip are gone; the sidecar goes last, as it came first."""
    return all(_remove(folder / f"{stem}{suffix}") for suffix in reversed(SUFFIXES))


def remove_parts(folder: Path) -> None:
    """Remove what a killed daemon left half written.

    Raises:
        OSError: The folder cannot be read.
    """
    for path in folder.glob(f".*{PART}"):
        name = path.name.removeprefix(".").removesuffix(PART)
        stem, dot, suffix = name.partition(".")
        if OURS.fullmatch(stem) and f"{dot}{suffix}" in SUFFIXES:
            _remove(path)


def _remove(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True
