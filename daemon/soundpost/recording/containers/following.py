"""The bytes behind the sound of a file: none, chunks, tags, padding, or more sound."""

from collections.abc import Iterator

from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.chunks import Chunk, ChunkStyle
from soundpost.recording.containers.walk import MOST_CHUNKS

TAIL_BYTES = 1 << 20
"""Bytes at the end of a file that are searched for chunks behind the sound."""

SCAN_BYTES = 1 << 20
"""Bytes read at once in the search for the last byte that is not zero."""

MOST_PLACES = 20
"""Places of one name that are tried: in sound a name of four letters occurs by accident once in
4 GiB; bounds the time for a hostile file."""

BEGINNINGS = (b"RIFF", b"RF64", b"FORM", b"riff", b"caff")
"""First bytes of a file that was appended to another one."""

_TAG_IDS = (b"TAG", b"ID3", b"APETAGEX", b"LYRICS")
"""Tags that music programs append behind the last chunk."""


def is_chunk_or_padding(data: bytes, chunk_ids: frozenset[bytes]) -> bool:
    """Returns whether bytes behind the sound are no sound: a chunk, a tag, or zeros.

    Args:
        data: The bytes.
        chunk_ids: Names of chunks, all of one length.
    """
    return not data.strip(b"\0") or data.startswith((*chunk_ids, *_TAG_IDS))


def ends_at(stream: ByteStream, style: ChunkStyle, end: int, length: int) -> bool:
    """Returns whether the sound may end at an offset, by what follows."""
    size = stream.size or 0
    if size - end <= 1:
        return size >= end
    for offset in {end, end + style.padded(length) - length}:
        rest = stream.read_at(offset, style.header_bytes)
        if rest.startswith((*style.known_ids, *_TAG_IDS, *BEGINNINGS)) or _leads_to_end(
            stream, style, offset
        ):
            return True
    return length > 0 and find_last_byte(stream, end) == end


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


def find_tail(stream: ByteStream, style: ChunkStyle, start: int) -> int:
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


def find_last_byte(stream: ByteStream, start: int) -> int:
    """Returns the offset past the last byte that is not zero, at least `start`."""
    end = stream.end_of_data(start)
    while end > start and not stream.is_stopped:
        begin = max(start, end - SCAN_BYTES)
        block = stream.read_at(begin, end - begin)
        if block != bytes(len(block)):  # faster than to strip them
            return begin + len(block.rstrip(b"\0"))
        end = begin
    return start
