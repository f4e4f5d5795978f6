"""The start of a recording in UTC, with the reasons for which it is not certain.

docs/ARCHIVES.md, "When was it", has the rules as a table, of which each row is a test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from soundpost.archive.times.evidence import TOLERANCE, Evidence, agree, collect_evidence
from soundpost.archive.times.timestamp import LARGEST_OFFSET, Timestamp, times_in_zone

LAST_DEAD_YEAR = 2000
"""Clocks without power start again in 1970 or on 2000-01-01, and go on from there. No recorder
whose names or metadata are read here is as old."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RecordingTime:
    """The start of a recording.

    Attributes:
        utc_ns: Nanoseconds since 1970 UTC; None if the time is not known.
        source: `guano`, `comment`, `name` or `bext`; `none` for a recording without a time.
        flags: The reasons for which the time is missing or not certain; empty if it is certain.
    """

    utc_ns: int | None
    source: str
    flags: tuple[str, ...]

    @property
    def trusted_utc_ns(self) -> int | None:
        """The time if there is no reason to doubt it, else None."""
        return None if self.flags else self.utc_ns


def recording_time(path: Path, zone: ZoneInfo | None) -> RecordingTime:
    """Returns when a recording began. Reads headers only, and raises nothing for any content.

    Args:
        path: The recording; one that cannot be read still has a name.
        zone: The zone of times that have no offset, if it is known.
    """
    return weigh(collect_evidence(path), zone, datetime.now(UTC))


def weigh(evidence: Sequence[Evidence], zone: ZoneInfo | None, now: datetime) -> RecordingTime:
    """Returns the time that timestamps prove.

    Args:
        evidence: Timestamps, the strongest first.
        zone: The zone of a timestamp without an offset, if it is known.
        now: The present, in UTC; no recording is later.
    """
    if not evidence:
        return RecordingTime(None, "none", ("no_time",))
    start = _with_offset(evidence, zone)
    flags = ["weak_source"] if start.source == "bext" else []
    compared = (item for item in evidence if item.source != "bext")
    if any(not agree(item.timestamp, start.timestamp, zone) for item in compared):
        flags.append("conflict")
    utc, reason = _utc(start.timestamp, zone)
    earliest = utc or (start.timestamp.local - LARGEST_OFFSET).replace(tzinfo=UTC)
    if earliest > now + TOLERANCE:
        flags.append("future")
    if reason:
        flags.append(reason)
    utc_ns = None if utc is None else (utc - _EPOCH) // timedelta(microseconds=1) * 1_000
    return RecordingTime(utc_ns, start.source, tuple(flags))


def _with_offset(evidence: Sequence[Evidence], zone: ZoneInfo | None) -> Evidence:
    """Returns the strongest timestamp, or the one that agrees with it and states its offset.

    So an hour that comes twice is decided by any other timestamp of the recording.
    """
    strongest = evidence[0]
    if strongest.timestamp.utc:
        return strongest
    for other in evidence[1:]:
        if other.timestamp.utc and agree(strongest.timestamp, other.timestamp, zone):
            return other
    return strongest


def _utc(timestamp: Timestamp, zone: ZoneInfo | None) -> tuple[datetime | None, str]:
    """Returns the time in UTC, or None and the reason."""
    if timestamp.local.year <= LAST_DEAD_YEAR:
        return None, "dead_clock"
    if timestamp.utc:
        return timestamp.utc, ""
    if zone is None:
        return None, "no_timezone"
    times = times_in_zone(timestamp.local, zone)
    if len(times) == 1:
        return times[0], ""
    return None, "ambiguous" if times else "nonexistent"
