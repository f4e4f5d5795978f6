"""A sparse recording of a week: short sounds, with holes in the file between them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
_BYTES_PER_SAMPLE = 2
_UNKNOWN = b"\xff\xff\xff\xff"
"""In an RF64 header: the length does not fit this field, see the chunk `ds64`."""


def write_long(
    path: Path,
    seconds: int,
    sounds: list[NDArray[np.int16]],
    every_seconds: int,
    channels: int = 1,
) -> int:
    """Writes an RF64 file (EBU Tech 3306) of 16-bit PCM; returns its number of sounds.

    The file is sparse between the sounds: the disk has no block there, and a reader gets digital
    silence.

    Args:
        path: The file.
        seconds: Length of the recording.
        sounds: The sounds, repeated in turn.
        every_seconds: Time from the start of one sound to the next.
        channels: Channels, which all have the same sounds.
    """
    frame_bytes = _BYTES_PER_SAMPLE * channels
    data_bytes = seconds * RATE_HZ * frame_bytes
    header = _header(data_bytes, channels)
    starts = range(every_seconds, seconds - every_seconds, every_seconds)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + data_bytes)
        for number, start_seconds in enumerate(starts):
            file.seek(len(header) + start_seconds * RATE_HZ * frame_bytes)
            sound = sounds[number % len(sounds)]
            file.write(np.repeat(sound, channels).astype("<i2").tobytes())
    return len(starts)


def _header(data_bytes: int, channels: int) -> bytes:
    frame_bytes = _BYTES_PER_SAMPLE * channels

    def number(value: int, length: int) -> bytes:
        return value.to_bytes(length, "little")

    sizes = number(data_bytes + 72, 8) + number(data_bytes, 8)
    sizes += number(data_bytes // frame_bytes, 8) + number(0, 4)
    form = number(1, 2) + number(channels, 2) + number(RATE_HZ, 4)
    form += number(RATE_HZ * frame_bytes, 4) + number(frame_bytes, 2) + number(16, 2)
    return b"".join(
        [
            *(b"RF64", _UNKNOWN, b"WAVE"),
            *(b"ds64", number(len(sizes), 4), sizes),
            *(b"fmt ", number(len(form), 4), form),
            *(b"data", _UNKNOWN),
        ]
    )
