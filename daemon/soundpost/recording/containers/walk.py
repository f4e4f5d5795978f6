"""Walks over the chunks of a file, also past damaged ones."""

from collections.abc import Iterator

from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.chunks import Chunk, ChunkStyle

MOST_CHUNKS = 1_000
"""Chunks before the sound: a recorder writes ten at most; bounds the time for a hostile file."""

SEARCH_BYTES = 1 << 20
"""Bytes searched for the sound behind a damaged chunk; broadcast metadata takes some kilobytes."""

PIPE_SEARCH_BYTES = 1 << 16
"""The same for a pipe, whose bytes are held in memory."""

PIPE_CHUNK_BYTES = 1 << 24
"""Longest chunk before the sound of a pipe: what was read is kept until the format is known."""


def walk(stream: ByteStream, style: ChunkStyle, warnings: list[str]) -> Iterator[Chunk]:
    """Yields the chunks from the stream's position on; the stream is then at the chunk's body.

    A chunk with an impossible name or length is skipped: the walk goes on at the next bytes that
    are the name of the format's or the sound's chunk.

    Args:
        stream: At the first chunk.
        style: The form of the chunks.
        warnings: Gets a line if a chunk was damaged.
    """
    for _ in range(MOST_CHUNKS):
        start = stream.position
        chunk = style.parse(stream.peek(style.header_bytes), start)
        if chunk is None or _overruns(stream, style, chunk):
            if not _resume(stream, style):
                return
            warnings.append("a damaged chunk of its header was skipped")
            continue
        if stream.size is None and chunk.id != style.sound_id and chunk.size > PIPE_CHUNK_BYTES:
            return
        stream.skip_to(chunk.start)
        yield chunk
        stream.skip_to(chunk.start + chunk.size)
        stream.skip_to(stream.position + padding(stream, style, chunk.size))


def find_format(stream: ByteStream, style: ChunkStyle, start: int) -> bool:
    """Moves to the first chunk that may have the format; returns whether there is one.

    A damaged length before it may have led past it. Only in a regular file, which can go back.
    """
    if stream.size is None:
        return False
    at = stream.read_at(start, SEARCH_BYTES).find(style.format_id)
    stream.skip_to(start + max(0, at))
    return at >= 0


def padding(stream: ByteStream, style: ChunkStyle, size: int) -> int:
    """Returns how many bytes of padding follow a body of this size, at whose end the stream is.

    Some programs leave the pad byte of an odd body away: there is none if the next name stands
    right behind the body.
    """
    pad = style.padded(size) - size
    if pad != 1:
        return pad
    ahead = stream.peek(1 + style.id_bytes)
    padded, unpadded = ahead[1:], ahead[:-1]
    if padded in style.known_ids:
        return 1
    if unpadded in style.known_ids or (ahead[:1] != b"\0" and style.is_name(unpadded)):
        return 0
    return 1


def _overruns(stream: ByteStream, style: ChunkStyle, chunk: Chunk) -> bool:
    """Returns whether a chunk before the sound is longer than the file."""
    if chunk.id == style.sound_id or stream.size is None:
        return False
    return chunk.start + chunk.size > stream.size


def _resume(stream: ByteStream, style: ChunkStyle) -> bool:
    """Moves to the next chunk of the format or the sound; returns whether there is one."""
    ahead = stream.peek(PIPE_SEARCH_BYTES if stream.size is None else SEARCH_BYTES)
    found = [at for name in (style.format_id, style.sound_id) if (at := ahead.find(name, 1)) > 0]
    if found:
        stream.skip_to(stream.position + min(found))
    return bool(found)
