"""The time zones of nodes, and their offsets from UTC over a period."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LOCALTIME = Path("/etc/localtime")
_ZONES = "zoneinfo/"
_DAY = timedelta(days=1)
_MILLISECONDS = 1_000
_EARLIEST_MS, _LATEST_MS = 0, 4_102_444_800_000
"""1970 and 2100: outside, a clock was wrong, and offsets are not searched."""
_EPOCH = datetime.fromtimestamp(0, UTC)


class Offset(NamedTuple):
    """An offset from UTC that holds from a time on.

    Attributes:
        from_ms: The first millisecond since 1970 at which it holds.
        offset_ms: What is added to UTC.
    """

    from_ms: int
    offset_ms: int


class Zones:
    """The zone of each node: its own one if it is configured, else that of the page.

    Args:
        page: The name of the zone of the page; None for that of this machine.
        nodes: The names of zones by node.
    """

    def __init__(self, page: str | None = None, nodes: Mapping[str, str] | None = None) -> None:
        self.page = ZoneInfo(page or local_zone())
        self._nodes = {node: ZoneInfo(name) for node, name in (nodes or {}).items()}

    def of(self, node: str) -> ZoneInfo:
        """Returns the zone of a node or source; a source without one has that of its node."""
        return self._nodes.get(node) or self._nodes.get(node.partition("/")[0]) or self.page

    @property
    def others(self) -> dict[str, ZoneInfo]:
        """The nodes with another zone than that of the page."""
        return {node: zone for node, zone in self._nodes.items() if zone.key != self.page.key}

    def local(self, node: str, utc_ms: int) -> datetime:
        """Returns a time at a node."""
        return from_ms(utc_ms).astimezone(self.of(node))


def from_ms(utc_ms: int) -> datetime:
    """Returns a time in UTC; one that no calendar has becomes the nearest end of the search."""
    return _EPOCH + timedelta(milliseconds=min(max(utc_ms, _EARLIEST_MS), _LATEST_MS))


def to_ms(time: datetime) -> int:
    """Returns the whole milliseconds since 1970 of a time with a zone."""
    return (time - _EPOCH) // timedelta(milliseconds=1)


def local_zone(environment: Mapping[str, str] = os.environ, link: Path = _LOCALTIME) -> str:
    """Returns the name of the zone of this machine; UTC if it cannot be determined.

    It is `TZ` if it names a zone, else the target of /etc/localtime (localtime(5)).
    """
    names = [environment.get("TZ", "").removeprefix(":")]
    try:
        names.append(str(link.resolve(strict=True)).partition(_ZONES)[2])
    except (OSError, RuntimeError):  # none, or a loop of links
        names.append("")
    for name in filter(None, names):
        try:
            return ZoneInfo(name.removeprefix("Etc/")).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return "UTC"


@lru_cache(maxsize=64)
def offsets(zone: ZoneInfo, from_ms_: int, to_ms_: int) -> tuple[Offset, ...]:
    """Returns the offsets of a zone in a period, the first from its start on.

    Changes are found by looking at each day, and then by halving it: no zone changes its offset
    twice within a day and back.

    Args:
        zone: The zone.
        from_ms_: The start, milliseconds since 1970.
        to_ms_: The end.
    """
    begin, end = from_ms(from_ms_), from_ms(to_ms_)
    found = [Offset(from_ms_, _offset_ms(zone, begin))]
    before = begin
    while before < end:
        after = min(before + _DAY, end)
        if _offset_ms(zone, after) != _offset_ms(zone, before):
            found.append(_change(zone, before, after))
        before = after
    return tuple(found)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> Offset:
    """Returns the offset that begins between two times, to the second."""
    old = _offset_ms(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if _offset_ms(zone, middle) == old:
            before = middle
        else:
            after = middle
    changed = after.replace(microsecond=0)
    return Offset(to_ms(changed), _offset_ms(zone, after))


def _offset_ms(zone: ZoneInfo, time: datetime) -> int:
    offset = time.astimezone(zone).utcoffset() or timedelta()
    return round(offset.total_seconds()) * _MILLISECONDS
