"""All timestamps that a recording carries, and their comparison."""

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from soundpost.archive.times.broadcast import read_broadcast
from soundpost.archive.times.comment import read_comment
from soundpost.archive.times.file_name import read_file_name
from soundpost.archive.times.guano import read_guano
from soundpost.archive.times.metadata import read_metadata
from soundpost.archive.times.timestamp import Timestamp, times_in_zone

TOLERANCE = timedelta(minutes=1)
"""Largest difference between a name and metadata of one start: a recorder may make them at two
moments, some seconds apart. A clock that was set, or a wrong zone, differs by more."""


class Evidence(NamedTuple):
    """A timestamp of a recording, and where it stands.

    Attributes:
        source: `guano`, `comment`, `name` or `bext`.
        timestamp: The timestamp.
    """

    source: str
    timestamp: Timestamp


def collect_evidence(path: Path) -> tuple[Evidence, ...]:
    """Returns the timestamps of a recording, the strongest first.

    Metadata is stronger than the name: the recorder writes it with the sound, and programs and
    people change names. GUANO is stronger than a comment because it has fractions and a standard.
    `bext` is the weakest: programs that edit or export a recording write their own time there.

    Args:
        path: The recording.
    """
    chunks = read_metadata(path)
    found = (
        ("guano", read_guano(chunks.get("guan", b""))),
        ("comment", read_comment(chunks.get("ICMT", b""))),
        ("name", read_file_name(path.name)),
        ("bext", read_broadcast(chunks.get("bext", b""))),
    )
    return tuple(Evidence(source, timestamp) for source, timestamp in found if timestamp)


def agree(first: Timestamp, second: Timestamp, zone: ZoneInfo | None) -> bool:
    """Returns whether two timestamps are the same time, within `TOLERANCE`.

    Two offsets: their times in UTC. Otherwise the local times, because a name without an offset has
    that of the recorder's clock; or, with a zone, the time in UTC that the zone gives.

    Args:
        first: A timestamp.
        second: Another one.
        zone: The zone of a timestamp without an offset, if it is known.
    """
    if first.utc and second.utc:
        return abs(first.utc - second.utc) <= TOLERANCE
    if abs(first.local - second.local) <= TOLERANCE:
        return True
    exact, local = (first, second) if first.utc else (second, first)
    if exact.utc is None or zone is None:
        return False
    return any(abs(exact.utc - utc) <= TOLERANCE for utc in times_in_zone(local.local, zone))
