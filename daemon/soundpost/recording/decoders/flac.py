"""The frames of FLAC (RFC 9639), to find out that its header states too small a length."""

import os
from collections.abc import Iterator

from soundpost.recording.byte_stream import read_at

_MAGIC = b"fLaC"
_LENGTH_AT, _LENGTH_BYTES = 21, 5
"""Place of the number of samples in the header; only the lower 36 bits of its 5 bytes."""
_LENGTH_BITS = 36
_BLOCK_SIZE_AT = 8
_TAIL_BYTES = 1 << 17
"""Bytes at the end that are searched for the last frame: several of the largest ones in use."""
_HEADER_BYTES = 16
"""The longest header of a frame."""
_MOST_METADATA = 1_000
"""Metadata blocks before the first frame; a file has ten at most."""


def understated_length(descriptor: int) -> tuple[int, bytes] | None:
    """Returns what to correct in a header that states fewer samples than follow, else None.

    libFLAC ends at the stated number. It is too small if a recorder died before it wrote the
    header again.

    Returns:
        Where the number stands, and the bytes that make it unknown.
    """
    head = read_at(descriptor, _LENGTH_AT + _LENGTH_BYTES, 0)
    if not head.startswith(_MAGIC) or len(head) < _LENGTH_AT + _LENGTH_BYTES:
        return None
    stated = int.from_bytes(head[_LENGTH_AT:], "big") % (1 << _LENGTH_BITS)
    block_size = int.from_bytes(head[_BLOCK_SIZE_AT : _BLOCK_SIZE_AT + 2], "big")
    first = _first_frame(descriptor)
    if not stated or not any(end > stated for end in _ends(descriptor, first, block_size)):
        return None
    return _LENGTH_AT, bytes([head[_LENGTH_AT] & 0xF0, 0, 0, 0, 0])


def _first_frame(descriptor: int) -> int:
    """Returns where the first frame begins, behind the metadata."""
    position = len(_MAGIC)
    for _ in range(_MOST_METADATA):
        header = read_at(descriptor, 4, position)
        if len(header) < 4:  # noqa: PLR2004 - a flag, a type, a length of 24 bits
            break
        position += 4 + int.from_bytes(header[1:], "big")
        if header[0] & 0x80:
            break
    return position


def _ends(descriptor: int, first: int, block_size: int) -> Iterator[int]:
    """Yields the number of the sample behind each frame in the last part of the file.

    Args:
        descriptor: The file.
        first: Where the first frame begins. The others have its strategy, rate and sample size.
        block_size: Samples of all frames but the last, if they are of one size.
    """
    model = read_at(descriptor, 4, first)
    if len(model) < 4:  # noqa: PLR2004 - as far as those three
        return
    start = max(first, os.fstat(descriptor).st_size - _TAIL_BYTES)
    tail = read_at(descriptor, _TAIL_BYTES, start)
    at = tail.find(model[:2])
    while at >= 0:
        header = tail[at : at + _HEADER_BYTES]
        is_alike = len(header) > 5 and (  # noqa: PLR2004 - the shortest header has 6 bytes
            header[2] & 0x0F == model[2] & 0x0F and header[3] & 0x0F == model[3] & 0x0F
        )
        if is_alike and (frame := _frame(header)):
            number, samples = frame
            yield (number if model[1] & 1 else number * block_size) + samples
        at = tail.find(model[:2], at + 1)


def _frame(header: bytes) -> tuple[int, int] | None:
    """Returns the number of a frame, or of its first sample, and its samples; None if none."""
    lead = header[4]
    more = 0 if lead < 0x80 else 8 - (lead ^ 0xFF).bit_length() - 1  # noqa: PLR2004 - as in UTF-8
    if lead >= 0x80 and not 1 <= more <= 6:  # noqa: PLR2004 - 36 bits
        return None
    number = lead & (0x3F >> more if more else 0x7F)
    for byte in header[5 : 5 + more]:
        number = number << 6 | byte & 0x3F
    code, position = header[2] >> 4, 5 + more
    size_bytes = {6: 1, 7: 2}.get(code, 0)
    samples = _samples(code, header[position : position + size_bytes])
    rate_bytes = {12: 1, 13: 2, 14: 2}.get(header[2] & 0x0F, 0)
    position += size_bytes + rate_bytes
    if not samples or position >= len(header) or _crc8(header[:position]) != header[position]:
        return None
    return number, samples


def _samples(code: int, size: bytes) -> int:
    if size:
        return int.from_bytes(size, "big") + 1
    if code == 1:
        return 192
    if 2 <= code <= 5:  # noqa: PLR2004 - table 14 of the RFC
        return 144 << code
    return 1 << code if code >= 8 else 0  # noqa: PLR2004 - the same


def _crc8(data: bytes) -> int:
    """Returns the checksum of a frame's header: polynomial x^8 + x^2 + x + 1."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07 if crc & 0x80 else crc << 1) & 0xFF
    return crc
