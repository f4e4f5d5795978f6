"""The length of the sound that a header states, and the warnings if it is wrong."""

from typing import NamedTuple

from soundpost.recording.containers.layout import Format

WRAP_BYTES = 1 << 32
"""A length of 32 bits counts modulo this."""

_IMPOSSIBLE_SHARE = 0.999
"""With this share missing a length of over 4 GiB is wrong, rather than the file cut short."""


_UNKNOWN_32 = (range(0x7FFF_0000, 0x8000_1000), range(0xFFFF_0000, 1 << 32))
_UNKNOWN_64 = 1 << 62
"""Lengths of a program that writes into a pipe and cannot go back to fill it in: sox leaves
0x7FFFF000, arecord 0x80000000, ffmpeg 0xFFFFFFFF, all less the header in some versions."""


class Stated(NamedTuple):
    """The length of the sound that a header states.

    Attributes:
        bytes: The length.
        size_bytes: The width of that number, 4 or 8 bytes.
    """

    bytes: int
    size_bytes: int

    @property
    def is_unknown(self) -> bool:
        """True if the program that wrote it did not know it."""
        if self.size_bytes == 4:  # noqa: PLR2004 - bytes
            return any(self.bytes in values for values in _UNKNOWN_32)
        return self.bytes >= _UNKNOWN_64


def too_small(sound: Format, stated: int, present: int) -> str:
    """Returns the warning about a length that is smaller than what is there, in bytes."""
    if not stated:
        return f"its header gives no length: all {_seconds(sound, present)} that are there are read"
    return (
        f"its header gives a length of {_seconds(sound, stated)}: all {_seconds(sound, present)} "
        "that are there are read"
    )


def too_large(sound: Format, stated: int, present: int) -> str:
    """Returns the warning about a length that is larger than what is there, in bytes."""
    if stated > WRAP_BYTES and present < stated * (1.0 - _IMPOSSIBLE_SHARE):
        return (
            f"its header gives an impossible length, {stated} bytes: all "
            f"{_seconds(sound, present)} that are there are read"
        )
    held, promised = _seconds(sound, present), _seconds(sound, stated)
    of_all = f"it holds {held} of {promised}, " if held != promised else ""
    return f"it is cut short: {of_all}{stated - present} bytes are missing"


def _seconds(sound: Format, length: int) -> str:
    """Returns a duration as text; the bytes, if there is no rate or the sound is compressed."""
    if not sound.frame_bytes or not sound.rate_hz:
        return f"{length} bytes"
    return f"{length / sound.frame_bytes / sound.rate_hz:.1f} s"
