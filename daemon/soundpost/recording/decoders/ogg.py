"""The pages of an Ogg stream (RFC 3533), as far as needed to find its end."""

import os

_CAPTURE_PATTERN = b"OggS"
_HEADER_BYTES = 27
_LARGEST_PAGE_BYTES = _HEADER_BYTES + 255 + 255 * 255
_FLAGS, _SEGMENTS = 5, 26
"""Offsets in the header of a page."""
_END_OF_STREAM = 4


def is_cut(descriptor: int) -> bool:
    """Returns whether an Ogg file has no complete page at its end that ends its stream.

    Other formats, which do not begin with a page, are never cut by this rule.
    """
    if os.pread(descriptor, len(_CAPTURE_PATTERN), 0) != _CAPTURE_PATTERN:
        return False
    size = os.fstat(descriptor).st_size
    first = max(0, size - 2 * _LARGEST_PAGE_BYTES)
    tail = os.pread(descriptor, size - first, first)
    at = tail.rfind(_CAPTURE_PATTERN)
    return not _is_last_page(tail[at:])


def _is_last_page(data: bytes) -> bool:
    if len(data) < _HEADER_BYTES or not data[_FLAGS] & _END_OF_STREAM:
        return False
    segments = data[_SEGMENTS]
    lengths = data[_HEADER_BYTES : _HEADER_BYTES + segments]
    return len(data) >= _HEADER_BYTES + segments + sum(lengths)
