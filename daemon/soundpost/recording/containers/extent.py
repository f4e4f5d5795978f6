"""The extent of the sound in a file: the stated length, or what is really there."""

from typing import NamedTuple

from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.chunks import ChunkStyle
from soundpost.recording.containers.following import (
    BEGINNINGS,
    ends_at,
    find_last_byte,
    find_tail,
)
from soundpost.recording.containers.layout import Format, Layout
from soundpost.recording.containers.length import WRAP_BYTES, Stated, too_large, too_small

LONGEST_SILENCE_BYTES = 1 << 26
"""More zeros than these at the end of a file whose length is wrong are space that a recorder
reserved, not sound: half an hour at 16 kHz."""


class _Extent(NamedTuple):
    end: int | None
    warning: str = ""


def locate_sound(
    stream: ByteStream, style: ChunkStyle, sound: Format, stated: Stated, warnings: list[str]
) -> Layout:
    """Returns the layout of the sound that begins at the stream's position.

    The rule, for a regular file:

    1. The stated length holds if the file ends there, if only zeros follow, or if a chunk follows:
       a known name, or any name from which chunks lead exactly to the end of the file. So metadata
       behind the sound is never taken for sound, and a valid file is read exactly.
    2. A length of 32 bits may have wrapped: 4 GiB, 8 GiB, … are added as long as rule 1 holds then.
    3. Otherwise the length is wrong: too small, too large, or unknown (0, or `is_unknown`). The
       sound ends where known chunks begin that lead exactly to the end of the file, else at the end
       of the file; zeros at that end are left away if they are very many or all.

    A length that is unknown because the file came through a pipe is no damage; every other wrong
    length gives one warning. A pipe is read up to its stated length, if it states one.

    Args:
        stream: At the first byte of the sound.
        style: The form of the chunks.
        sound: The format of the sound.
        stated: The stated length.
        warnings: The repaired damage so far.
    """
    start = stream.position
    if stream.size is None:
        end = None if stated.is_unknown or not stated.bytes else start + stated.bytes
        extent = _Extent(end)
    else:
        extent = _extent(stream, style, sound, stated)
        following = stream.read_at(extent.end or 0, style.id_bytes)
        begins_again = following[:4] in BEGINNINGS or following == style.sound_id != b""
        if extent.end and begins_again:
            warnings = [*warnings, "another recording follows in the same file, which is not read"]
    return Layout(
        format=sound,
        start=start,
        end=extent.end,
        stated_bytes=None if stated.is_unknown else stated.bytes,
        chunk_ids=style.known_ids,
        warnings=(*dict.fromkeys(warnings), *filter(None, (extent.warning,))),
    )


def _extent(stream: ByteStream, style: ChunkStyle, sound: Format, stated: Stated) -> _Extent:
    start = stream.position
    available = max(0, (stream.size or 0) - start)
    length = stated.bytes
    if length <= available and ends_at(stream, style, start + length, length):
        return _Extent(start + length)
    if stated.size_bytes == 4 and length <= available:  # noqa: PLR2004 - bytes
        longest = length + (available - length) // WRAP_BYTES * WRAP_BYTES
        for wrapped in range(longest, length, -WRAP_BYTES):
            if ends_at(stream, style, start + wrapped, wrapped):
                return _Extent(start + wrapped, too_small(sound, length, wrapped))
    present = max(0, find_tail(stream, style, start) - start)
    if stated.is_unknown and length > available:
        return _Extent(start + present)
    if length > present:
        return _Extent(start + present, too_large(sound, length, present))
    last = find_last_byte(stream, start) - start
    if not last or present - last > LONGEST_SILENCE_BYTES:
        present = last + -last % max(1, sound.frame_bytes)
    return _Extent(start + present, too_small(sound, length, present))
