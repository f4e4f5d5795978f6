"""The pages of an Ogg stream (RFC 3533), as far as needed to find its end."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from soundpost.recording.byte_stream import read_at

_CAPTURE_PATTERN = b"OggS"
_HEADER_BYTES = 27
_LARGEST_PAGE_BYTES = _HEADER_BYTES + 255 + 255 * 255
_FLAGS, _SERIAL, _NUMBER, _SEGMENTS = 5, 14, 18, 26
"""Offsets in the header of a page."""
_BEGIN_OF_STREAM, _END_OF_STREAM = 2, 4
_MOST_PAGES = 1_000_000
"""A page holds up to a second; bounds the time for a hostile file."""


class Pages(NamedTuple):
    """The course of the pages of a file.

    Attributes:
        is_chained: Whether another stream begins behind the end of the first one.
        has_gap: Whether pages are missing before the end: lost, or not to be recognised.
    """

    is_chained: bool = False
    has_gap: bool = False


def follow_pages(descriptor: int) -> Pages:
    """Returns the course of the pages, by their numbers; of other formats there is none."""
    is_chained, has_gap, has_content = False, False, False
    following: dict[bytes, int] = {}
    for header in _headers(descriptor):
        if not header:
            has_gap = True
            continue
        serial = header[_SERIAL:_NUMBER]
        number = int.from_bytes(header[_NUMBER : _NUMBER + 4], "little")
        begins = bool(header[_FLAGS] & _BEGIN_OF_STREAM)
        is_chained |= begins and has_content
        has_content |= not begins
        has_gap |= not begins and following.get(serial, number) != number
        following[serial] = (number + 1) % (1 << 32)
    return Pages(is_chained, has_gap)


def _headers(descriptor: int) -> Iterator[bytes]:
    """Yields the header of each page; b"" for foreign bytes between two pages."""
    position = 0
    for _ in range(_MOST_PAGES):
        header = read_at(descriptor, _HEADER_BYTES + 255, position)
        if len(header) < _HEADER_BYTES:
            return
        if not header.startswith(_CAPTURE_PATTERN):
            ahead = read_at(descriptor, 2 * _LARGEST_PAGE_BYTES, position)
            at = ahead.find(_CAPTURE_PATTERN)
            if position == 0 or at < 0:  # another format; a tag or padding at the end
                return
            position += at
            yield b""
            continue
        yield header
        segments = header[_SEGMENTS]
        position += _HEADER_BYTES + segments
        position += sum(header[_HEADER_BYTES : _HEADER_BYTES + segments])


def is_cut(descriptor: int) -> bool:
    """Returns whether an Ogg file has no complete page at its end that ends its stream.

    Other formats, which do not begin with a page, are never cut by this rule.
    """
    if read_at(descriptor, len(_CAPTURE_PATTERN), 0) != _CAPTURE_PATTERN:
        return False
    size = os.fstat(descriptor).st_size
    first = max(0, size - 2 * _LARGEST_PAGE_BYTES)
    tail = read_at(descriptor, size - first, first)
    at = tail.rfind(_CAPTURE_PATTERN)
    return not _is_last_page(tail[at:])


def _is_last_page(data: bytes) -> bool:
    if len(data) < _HEADER_BYTES or not data[_FLAGS] & _END_OF_STREAM:
        return False
    segments = data[_SEGMENTS]
    lengths = data[_HEADER_BYTES : _HEADER_BYTES + segments]
    return len(data) >= _HEADER_BYTES + segments + sum(lengths)
