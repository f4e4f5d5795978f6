"""The metadata chunks of a WAV, read without its sound."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.chunks import RIFF, RIFX, Chunk, ChunkStyle
from soundpost.recording.containers.following import find_tail
from soundpost.recording.containers.sniff import sniff
from soundpost.recording.containers.walk import padding, walk
from soundpost.recording.errors import UnreadableError
from soundpost.recording.open_file import open_file

CHUNK_BYTES = 1 << 16
"""Bytes read of a chunk: GUANO has some hundreds, and may have a voice note behind them."""

_STYLES = {b"RIFF": RIFF, b"RF64": RIFF, b"BW64": RIFF, b"RIFX": RIFX}
_UNKNOWN = 0xFFFF_FFFF
"""The length in RF64 for which `ds64` has the real one (EBU Tech 3306)."""


def read_metadata(path: Path) -> dict[str, bytes]:
    """Returns the bodies of `guan`, `bext` and `ICMT`, as far as a WAV has them.

    Reads headers, and at most a megabyte behind a damaged one or at the end of the file: of a
    recording of 5 GB as much as of a short one. Metadata stands before the sound (AudioMoth's
    comment) or behind it (GUANO). A chunk that is longer than the file was cut, and is left out: a
    time without its end could lack its offset. Any other file, and one that cannot be read, has
    none.

    Args:
        path: A recording of any format.
    """
    with ExitStack() as opening:
        try:
            stream = open_file(path, opening, allow_pipes=False, is_stopped=lambda: False)
        except UnreadableError:
            return {}
        if stream.size is None:  # a file of /proc
            return {}
        beginning = sniff(stream)
        style = _STYLES.get(beginning.magic)
        if style is None:
            return {}
        stream.skip_to(beginning.position + 12)  # RIFF, a length, WAVE
        return _collect(stream, style)


def _collect(stream: ByteStream, style: ChunkStyle) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for chunk in _chunks(stream, style):
        name = chunk.id
        if name not in {b"guan", b"bext", b"LIST"}:
            continue
        body = stream.read_at(chunk.start, min(chunk.size, CHUNK_BYTES))
        if name == b"LIST":
            comment = _comment(body, style)
            if comment is not None:
                found.setdefault("ICMT", comment)
        else:
            is_cut_line = name == b"guan" and chunk.size > CHUNK_BYTES
            end = body.rfind(b"\n") + 1 if is_cut_line else len(body)
            found.setdefault(name.decode(), body[:end])
    return found


def _chunks(stream: ByteStream, style: ChunkStyle) -> Iterator[Chunk]:
    """Yields the chunks before the sound and those behind it."""
    long_bytes: int | None = None
    for chunk in walk(stream, style, []):
        if chunk.id == style.sound_id:
            size = chunk.size
            if size == _UNKNOWN and long_bytes is not None:
                size = long_bytes
            _skip_sound(stream, style, Chunk(chunk.id, size, chunk.start))
            break
        if chunk.id == b"ds64":
            long_bytes = int.from_bytes(stream.read_at(chunk.start, 16)[8:], "little")
        yield chunk
    for chunk in walk(stream, style, []):
        if chunk.id == style.sound_id:
            return
        yield chunk


def _skip_sound(stream: ByteStream, style: ChunkStyle, sound: Chunk) -> None:
    """Moves behind the sound, where chunks follow or the file ends.

    A stated length that leads to no known chunk is wrong, as of a recorder that lost its power or
    of a RIFF over 4 GiB. The chunks that lead exactly to the end of the file are found then.
    """
    stream.skip_to(sound.start + sound.size)
    stream.skip_to(stream.position + padding(stream, style, sound.size))
    if stream.peek(style.id_bytes) not in style.known_ids:
        stream.skip_to(find_tail(stream, style, sound.start))


def _comment(body: bytes, style: ChunkStyle) -> bytes | None:
    """Returns the first comment in a list `INFO`, or None."""
    if body[:4] != b"INFO":
        return None
    at = 4
    while chunk := style.parse(body[at : at + style.header_bytes], at):
        if chunk.id == b"ICMT":
            return body[chunk.start : chunk.start + chunk.size]
        at = chunk.start + style.padded(chunk.size)
    return None
