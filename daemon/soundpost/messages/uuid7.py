"""Identifiers that sort by time: UUID version 7."""

import random
import uuid

from soundpost.system.units import NANOSECONDS_PER_MILLISECOND

_VERSION = 7
_VARIANT = 0b10


def uuid7(utc_ns: int, rng: random.Random) -> uuid.UUID:
    """Returns a UUID of version 7 (RFC 9562, section 5.7), which Python has from 3.14 on.

    Args:
        utc_ns: The time in its first 48 bits, as whole milliseconds since 1970 UTC.
        rng: The source of its 74 random bits.
    """
    milliseconds = utc_ns // NANOSECONDS_PER_MILLISECOND
    value = milliseconds << 80 | _VERSION << 76 | rng.getrandbits(12) << 64
    return uuid.UUID(int=value | _VARIANT << 62 | rng.getrandbits(62))
