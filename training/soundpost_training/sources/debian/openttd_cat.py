"""Reads a sound set of OpenTTD (.cat): WAV files, each with a text that says what it is.

The layout is that of Transport Tycoon's sample.cat with OpenTTD's additions
(https://github.com/OpenTTD/OpenTTD/blob/master/src/sound.cpp): pairs of offset and size, whose
first offset also gives their number; at each offset the length of a text, the text, and the WAV.
"""

import re
import struct
from collections.abc import Callable, Iterator

from soundpost_training.sources.debian.archive_error import ArchiveError

OFFSET_BITS = 0x7FFF_FFFF
"""The highest bit of an offset marks a set with texts of any length."""

PAIR_BYTES = 8

EMPTY_WAV_BYTES = 44
"""A header without samples stands for a sound that no version of the game plays."""


def members(content: bytes, is_sound: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Yields the sounds of a set that are not empty: a name such as `037-cow.wav`, and the WAV.

    Args:
        content: The file.
        is_sound: Returns whether a path is a sound file's.

    Raises:
        ArchiveError: It is damaged.
    """
    try:
        (first,) = struct.unpack_from("<I", content)
        for number in range((first & OFFSET_BITS) // PAIR_BYTES):
            start, size = struct.unpack_from("<II", content, number * PAIR_BYTES)
            start &= OFFSET_BITS
            length = content[start]
            text = content[start + 1 : start + 1 + length].decode("utf-8", errors="replace")
            sound = content[start + 1 + length : start + 1 + length + size]
            if len(sound) < size:
                raise ArchiveError(f"it is damaged: sound {number} ends early")
            name = f"{number:03d}-{_slug(text)}.wav"
            if size > EMPTY_WAV_BYTES and is_sound(name):
                yield name, sound
    except (struct.error, IndexError) as error:
        raise ArchiveError(f"it is damaged: {error}") from error


def _slug(text: str) -> str:
    """Returns the title of a text, which stands between quotation marks, as a file name."""
    title = text.split('"')[1] if text.count('"') > 1 else text
    return re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")
