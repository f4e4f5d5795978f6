"""The extent of the sound in a file: the stated length, or what is really there."""

from collections.abc import Iterator
from typing import NamedTuple

from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.chunks import Chunk, ChunkStyle
from soundpost.recording.containers.layout import Format, Layout
from soundpost.recording.containers.walk import MOST_CHUNKS

WRAP_BYTES = 1 << 32
"""A length of 32 bits counts modulo this."""

TAIL_BYTES = 1 << 20
"""Bytes at the end of a file that are searched for chunks behind the sound."""

SCAN_BYTES = 1 << 20
"""Bytes read at once in the search for the last byte that is not zero."""
_ZEROS = bytes(SCAN_BYTES)

LONGEST_SILENCE_BYTES = 1 << 26
"""More zeros than these at the end of a file whose length is wrong are space that a recorder
reserved, not sound: half an hour at 16 kHz."""

MOST_PLACES = 20
"""Places of one name that are tried: in sound a name of four letters occurs by accident once in
4 GiB; bounds the time for a hostile file."""

_BEGINNINGS = (b"RIFF", b"RF64", b"FORM", b"riff", b"caff")
"""First bytes of a file that was appended to another one."""

_TAG_IDS = (b"TAG", b"ID3", b"APETAGEX", b"LYRICS")
"""Tags that music programs append behind the last chunk."""

_IMPOSSIBLE_SHARE = 0.999
"""With this share missing a length of over 4 GiB is wrong, rather than the file cut short."""


class _Extent(NamedTuple):
    end: int | None
    warning: str = ""


def locate_sound(
    stream: ByteStream, style: ChunkStyle, sound: Format, stated_bytes: int, warnings: list[str]
) -> Layout:
    """Returns the layout of the sound that begins at the stream's position.

    The rule, for a regular file:

    1. The stated length holds if the file ends there, if only zeros follow, or if a chunk follows:
       a known name, or any name from which chunks lead exactly to the end of the file. So metadata
       behind the sound is never taken for sound, and a valid file is read exactly.
    2. A length of 32 bits may have wrapped: 4 GiB, 8 GiB, … are added as long as rule 1 holds then.
    3. Otherwise the length is wrong: too small, too large, or unknown (0, or from `unknown_from`
       on). The sound ends where known chunks begin that lead exactly to the end of the file, else
       at the end of the file; zeros at that end are left away if they are very many or all.

    A length that is unknown because the file came through a pipe is no damage; every other wrong
    length gives one warning. A pipe is read up to its stated length, if it states one.

    Args:
        stream: At the first byte of the sound.
        style: The form of the chunks.
        sound: The format of the sound.
        stated_bytes: The stated length.
        warnings: The repaired damage so far.
    """
    start = stream.position
    is_unknown = stated_bytes >= style.unknown_from
    if stream.size is None:
        end = None if is_unknown or not stated_bytes else start + stated_bytes
        extent = _Extent(end)
    else:
        extent = _extent(stream, style, sound, stated_bytes)
        if extent.end and stream.read_at(extent.end, 4) in _BEGINNINGS:
            warnings = [*warnings, "another recording follows in the same file, which is not read"]
    return Layout(
        format=sound,
        start=start,
        end=extent.end,
        stated_bytes=None if is_unknown else stated_bytes,
        chunk_ids=style.known_ids,
        warnings=(*dict.fromkeys(warnings), *filter(None, (extent.warning,))),
    )


def is_chunk_or_padding(data: bytes, chunk_ids: frozenset[bytes]) -> bool:
    """Returns whether bytes behind the sound are no sound: a chunk, a tag, or zeros.

    Args:
        data: The bytes.
        chunk_ids: Names of chunks, all of one length.
    """
    return not data.strip(b"\0") or data.startswith((*chunk_ids, *_TAG_IDS))


def _extent(stream: ByteStream, style: ChunkStyle, sound: Format, stated: int) -> _Extent:
    start, size = stream.position, stream.size or 0
    available = size - start
    if stated <= available and _ends_at(stream, style, start + stated, stated):
        return _Extent(start + stated)
    if stated <= available and style.size_bytes == 4:  # noqa: PLR2004 - bytes of a length
        for wrapped in range(
            stated + (available - stated) // WRAP_BYTES * WRAP_BYTES, stated, -WRAP_BYTES
        ):
            if _ends_at(stream, style, start + wrapped, wrapped):
                return _Extent(start + wrapped, _too_small(sound, stated, wrapped))
    present = _tail(stream, style, start) - start
    if stated >= style.unknown_from and stated > available:
        return _Extent(start + present)
    if stated < present:
        last = _last_byte(stream, start) - start
        if not last or present - last > LONGEST_SILENCE_BYTES:
            present = last + -last % max(1, sound.frame_bytes)
        return _Extent(start + present, _too_small(sound, stated, present))
    return _Extent(start + present, _too_large(sound, stated, present) if stated > present else "")


def _ends_at(stream: ByteStream, style: ChunkStyle, end: int, length: int) -> bool:
    """Returns whether the sound may end at an offset, by what follows."""
    size = stream.size or 0
    if size - end <= 1:
        return size >= end
    for offset in {end, end + style.padded(length) - length}:
        rest = stream.read_at(offset, style.header_bytes)
        if rest.startswith((*style.known_ids, *_TAG_IDS, *_BEGINNINGS)) or _leads_to_end(
            stream, style, offset
        ):
            return True
    return length > 0 and _last_byte(stream, end) == end


def _leads_to_end(stream: ByteStream, style: ChunkStyle, offset: int) -> bool:
    """Returns whether chunks lead from an offset exactly to the end of the file."""
    size = stream.size or 0
    for _ in range(MOST_CHUNKS):
        if size - offset <= 1:
            return True
        chunk: Chunk | None = style.parse(stream.read_at(offset, style.header_bytes), offset)
        if chunk is None or chunk.start + chunk.size > size:
            return False
        end = chunk.start + style.padded(chunk.size)
        following = stream.read_at(end - 1, style.id_bytes)
        offset = end - 1 if end > chunk.start + chunk.size and following in style.known_ids else end
    return False


def _tail(stream: ByteStream, style: ChunkStyle, start: int) -> int:
    """Returns where the chunks behind the sound begin, or the end of the file if there are none."""
    size = stream.size or 0
    first = max(start, size - TAIL_BYTES)
    tail = stream.read_at(first, TAIL_BYTES)
    places = sorted(first + at for name in style.known_ids for at in _places(tail, name))
    return next((at for at in places if _leads_to_end(stream, style, at)), size)


def _places(data: bytes, name: bytes) -> Iterator[int]:
    """Yields where a name occurs, at most `MOST_PLACES` times."""
    at = -1
    for _ in range(MOST_PLACES):
        at = data.find(name, at + 1)
        if at < 0:
            return
        yield at


def _last_byte(stream: ByteStream, start: int) -> int:
    """Returns the offset past the last byte that is not zero, at least `start`."""
    end = stream.size or 0
    while end > start:
        begin = max(start, end - SCAN_BYTES)
        block = stream.read_at(begin, end - begin)
        if block != _ZEROS[: len(block)]:  # faster than to strip them
            return begin + len(block.rstrip(b"\0"))
        end = begin
    return start


def _too_small(sound: Format, stated: int, present: int) -> str:
    if not stated:
        return f"its header gives no length: all {_seconds(sound, present)} that are there are read"
    return (
        f"its header gives a length of {_seconds(sound, stated)}: all {_seconds(sound, present)} "
        "that are there are read"
    )


def _too_large(sound: Format, stated: int, present: int) -> str:
    if stated > WRAP_BYTES and present < stated * (1.0 - _IMPOSSIBLE_SHARE):
        return (
            f"its header gives an impossible length, {stated} bytes: all "
            f"{_seconds(sound, present)} that are there are read"
        )
    held, promised = _seconds(sound, present), _seconds(sound, stated)
    of_all = f"it holds {held} of {promised}, " if held != promised else ""
    return f"it is cut short: {of_all}{stated - present} bytes are missing"


def _seconds(sound: Format, length: int) -> str:
    """Returns a duration as text; the bytes, if the sound is compressed."""
    if not sound.frame_bytes:
        return f"{length} bytes"
    return f"{length / sound.frame_bytes / sound.rate_hz:.1f} s"
