"""Recognises a container by its content, also behind a tag or foreign bytes."""

from typing import NamedTuple

from soundpost.recording.byte_stream import ByteStream

SEARCH_BYTES = 1 << 16
"""Foreign bytes before the header that are searched: a pipe's capacity, more than any padding."""

_ID3_HEADER_BYTES = 10
_LARGEST_ID3_BYTES = 1 << 24
"""A tag with a picture has some megabytes; a length in it has 28 bits."""

_RIFF_IDS = (b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff")
_ELSEWHERE = (*_RIFF_IDS, b"FORM", b"caff\x00\x01", b"fLaC\x00\x00\x00\x22", b"OggS\x00\x02")
"""Beginnings that are searched for behind foreign bytes: long enough to be no accident."""


class Beginning(NamedTuple):
    """The first bytes of a container.

    Attributes:
        magic: The four bytes that name it; empty for a container without known layout.
        position: Where it begins.
        foreign_bytes: Bytes before it that are no tag.
    """

    magic: bytes
    position: int
    foreign_bytes: int = 0


def sniff(stream: ByteStream) -> Beginning:
    """Returns the beginning of the container, and moves the stream there.

    An ID3 tag before it, as some programs write it into every format, is skipped; so are foreign
    bytes, at most `SEARCH_BYTES`.
    """
    start = _behind_tags(stream)
    stream.skip_to(start)
    head = stream.peek(16)
    magic = _magic(head)
    if magic:
        return Beginning(magic, start)
    ahead = stream.peek(SEARCH_BYTES)
    places = [at for name in _ELSEWHERE if (at := _find(ahead, name)) >= 0]
    if not places or _is_mpeg(head):
        return Beginning(b"", start)
    first = min(places)
    stream.skip_to(start + first)
    return Beginning(_magic(ahead[first : first + 16]), start + first, first)


def _behind_tags(stream: ByteStream) -> int:
    position = stream.position
    head = stream.peek(_ID3_HEADER_BYTES)
    if head[:3] != b"ID3" or len(head) < _ID3_HEADER_BYTES or max(head[6:10]) > 0x7F:  # noqa: PLR2004 - 7 bits
        return position
    length = 0
    for byte in head[6:10]:
        length = length << 7 | byte
    return position + _ID3_HEADER_BYTES + min(length, _LARGEST_ID3_BYTES)


def _magic(head: bytes) -> bytes:
    """Returns the name of a container, or b"" if the bytes begin none."""
    magic = head[:4]
    if magic == b"riff" and head[4:12] == bytes.fromhex("2e91cf11a5d628db"):
        return magic
    if magic in _RIFF_IDS[:4] and head[8:12] == b"WAVE":
        return magic
    if head[8:12] == b"WAVE" or head[12:16] == b"fmt ":  # single bytes of the rest are damaged
        return magic if magic in _RIFF_IDS[:4] else b"RIFF"
    if magic == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return magic
    if magic in {b".snd", b"dns.", b"caff", b"fLaC", b"OggS"}:
        return magic
    return b""


def _find(ahead: bytes, name: bytes) -> int:
    """Returns the first place where a container with this name begins, or -1."""
    at = ahead.find(name)
    while at >= 0 and not _magic(ahead[at : at + 16]):
        at = ahead.find(name, at + 1)
    return at


def _is_mpeg(head: bytes) -> bool:
    """Returns whether the bytes are the header of an MPEG frame, which may hold anything."""
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0  # noqa: PLR2004 - 11 sync bits
