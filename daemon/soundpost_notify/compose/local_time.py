"""Times in the zone of a node, and in UTC for programs."""

from soundpost.system.clock import rfc3339
from soundpost.system.units import NANOSECONDS_PER_MILLISECOND
from soundpost_web.settings.zones import Zones


def local_text(zones: Zones, node: str, utc_ms: int) -> str:
    """Returns a time at a node, with its zone, as 20 Nov 2026 08:31:21 CET."""
    return f"{zones.local(node, utc_ms):%d %b %Y %H:%M:%S %Z}"


def utc_text(utc_ms: int) -> str:
    """Returns a time as RFC 3339 in UTC."""
    return rfc3339(utc_ms * NANOSECONDS_PER_MILLISECOND)
