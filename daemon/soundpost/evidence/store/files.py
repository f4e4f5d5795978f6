"""The files of a clip: their names, their sidecar, and atomic writing and removal."""

import re
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost.system.atomic_file import PART, sync_folder, write_atomic
from soundpost.system.clock import ClockState, rfc3339
from soundpost.system.units import EPOCH, NANOSECONDS_PER_MILLISECOND

SOUND, PICTURE, SIDECAR = ".flac", ".png", ".json"
SUFFIXES = (SIDECAR, PICTURE, SOUND)
"""In the order of writing. The sound comes last, so a clip that has it is complete; the sidecar
comes first, because it proves that the files are ours."""

CLIP_STEM = re.compile(r"([0-9]{8}T(?:[01][0-9]|2[0-3])[0-9]{4}Z)-([a-z0-9_]+)-([0-9a-f]{8})")
"""The name of a clip's files without the suffix: time, label, end of the id. Other files in the
folder are not touched."""
_ID_DIGITS = 8  # the last ones: a UUIDv7 begins with the time and ends with random bits

SIDECAR_ERRORS = (msgspec.DecodeError, ValueError, RecursionError)
"""Raised by decoding a sidecar of other bytes; found by fuzzing."""

Seconds = Annotated[float, Meta(ge=0.0, le=3600.0)]
Score = Annotated[float, Meta(ge=0.0, le=1.0)]


class SidecarDetection(msgspec.Struct, frozen=True):
    """The fields of a detection message that are read; docs/PAYLOAD.md has all of them."""

    id: str
    label: str
    score: Score
    onset: str
    clock: ClockState
    common_name: str | None = None

    @property
    def onset_utc_ns(self) -> int:
        """The onset in nanoseconds since 1970 UTC, to the millisecond.

        Raises:
            ValueError: `onset` is not a time with a time zone.
        """
        onset = datetime.fromisoformat(self.onset)
        if onset.tzinfo is None:
            raise ValueError(f"expected a time with its zone, got {self.onset}")
        return (onset - EPOCH) // timedelta(milliseconds=1) * NANOSECONDS_PER_MILLISECOND


class Sidecar(msgspec.Struct, frozen=True, kw_only=True):
    """The JSON file beside a clip (schema 1).

    Attributes:
        schema: Version of this shape.
        clip: Name of the FLAC file.
        start: Capture time of its first sample, RFC 3339 in UTC.
        seconds: Its length.
        onset_seconds: Position of the event's onset.
        offset_seconds: Position of its offset; None if the event lasts longer than the clip.
        silenced: Start and end of each stretch that was silenced because of speech, in seconds;
            `muted` in the file.
        detection: The message of the event, as it was published.
    """

    schema: Literal[1] = 1
    clip: str
    start: str
    seconds: Seconds
    onset_seconds: Seconds
    offset_seconds: Seconds | None
    silenced: list[tuple[Seconds, Seconds]] = msgspec.field(name="muted")
    detection: msgspec.Raw

    def read_detection(self) -> SidecarDetection:
        """Returns the fields of the message that are read.

        Raises:
            msgspec.DecodeError: It is not a detection message.
        """
        return msgspec.json.decode(self.detection, type=SidecarDetection)


def stem_of(onset_utc_ns: int, label: str, event_id: str) -> str:
    """Returns the name of an event's files; names sort by the onset, in whole seconds UTC."""
    second = re.sub(r"[-:]|\.\d+", "", rfc3339(onset_utc_ns))
    return f"{second}-{label}-{event_id.replace('-', '')[-_ID_DIGITS:]}"


def write_clip(folder: Path, stem: str, contents: dict[str, bytes]) -> None:
    """Writes a clip's files, given by suffix; after an error none of them is left.

    Raises:
        OSError: The disk is full, the folder is missing or not writable, or another failure.
    """
    try:
        for suffix in SUFFIXES:
            write_atomic(folder / f"{stem}{suffix}", contents[suffix])
        sync_folder(folder)
    except OSError:
        with suppress(OSError):  # a disk that refuses writes may refuse removals too
            remove_clip(folder, stem)
        raise


def remove_clip(folder: Path, stem: str) -> None:
    """Removes the files of a clip, the sidecar last.

    Raises:
        OSError: One of them cannot be removed, and those before it in the order of writing stay.
    """
    for suffix in reversed(SUFFIXES):
        (folder / f"{stem}{suffix}").unlink(missing_ok=True)


def is_part(name: str) -> bool:
    """Returns whether a file name is that of a clip's file that a killed daemon left unfinished."""
    if not name.startswith(".") or not name.endswith(PART):
        return False
    stem, dot, suffix = name[1:].removesuffix(PART).partition(".")
    return bool(CLIP_STEM.fullmatch(stem)) and f"{dot}{suffix}" in SUFFIXES
