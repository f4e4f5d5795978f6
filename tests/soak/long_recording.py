"""A sparse recording of a week: short sounds, with holes in the file between them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
_BYTES_PER_SAMPLE = 2
_UNKNOWN = b"\xff\xff\xff\xff"
"""In an RF64 header: the length does not fit this field, see the chunk `ds64`."""


def write_long(
    path: Path, seconds: int, sounds: list[NDArray[np.int16]], every_seconds: int
) -> int:
    """Writes an RF64 file (EBU Tech 3306) of mono 16-bit PCM; returns its number of sounds.

    The file is sparse between the sounds: the disk has no block there, and a reader gets digital
    silence.

    Args:
        path: The file.
        seconds: Length of the recording.
        sounds: The sounds, repeated in turn.
        every_seconds: Time from the start of one sound to the next.
    """
    data_bytes = seconds * RATE_HZ * _BYTES_PER_SAMPLE
    header = _header(data_bytes)
    starts = range(every_seconds, seconds - every_seconds, every_seconds)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + data_bytes)
        for number, start_seconds in enumerate(starts):
            file.seek(len(header) + start_seconds * RATE_HZ * _BYTES_PER_SAMPLE)
            file.write(sounds[number % len(sounds)].astype("<i2").tobytes())
    return len(starts)


def _header(data_bytes: int) -> bytes:
    def number(value: int, length: int) -> bytes:
        return value.to_bytes(length, "little")

    sizes = number(data_bytes + 72, 8) + number(data_bytes, 8)
    sizes += number(data_bytes // _BYTES_PER_SAMPLE, 8) + number(0, 4)
    form = number(1, 2) + number(1, 2) + number(RATE_HZ, 4)
    form += number(RATE_HZ * _BYTES_PER_SAMPLE, 4) + number(_BYTES_PER_SAMPLE, 2) + number(16, 2)
    return b"".join(
        [
            *(b"RF64", _UNKNOWN, b"WAVE"),
            *(b"ds64", number(len(sizes), 4), sizes),
            *(b"fmt ", number(len(form), 4), form),
            *(b"data", _UNKNOWN),
        ]
    )
