"""Metadata chunks of recorders, written byte by byte."""

from made_recordings import riff_chunk

GUANO_LINES = "GUANO|Version:1.0\nMake:Open Acoustic Devices\nModel:AudioMoth\nTimestamp:{}\n"
BY_AUDIOMOTH = "by AudioMoth 24F319055FDF2902 at medium gain while battery was 4.3V"
COMMENT_BYTES = 384
"""Length of the comment in AudioMoth's header, filled with zeros."""


def guano(timestamp: str, more: bytes = b"") -> bytes:
    """Returns a chunk `guan` with a timestamp, and more lines behind it."""
    return riff_chunk(b"guan", GUANO_LINES.format(timestamp).encode() + more)


def comment(time: str) -> bytes:
    """Returns the list of AudioMoth's header with the comment of a time and its zone."""
    text = f"Recorded at {time} {BY_AUDIOMOTH}".encode().ljust(COMMENT_BYTES, b"\0")
    return riff_chunk(b"LIST", b"INFO" + riff_chunk(b"ICMT", text))


def bext(time: str) -> bytes:
    """Returns a chunk `bext` of version 1 with a date and a time of origination."""
    date, _, clock = time.partition(" ")
    texts = b"Dawn".ljust(256, b"\0") + b"Recorder".ljust(32, b"\0") + bytes(32)
    return riff_chunk(b"bext", texts + date.encode() + clock.encode() + bytes(264))
