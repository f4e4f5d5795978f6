"""Detection of WAV files that are shorter than their header states."""

from pathlib import Path
from typing import BinaryIO, Literal

UNKNOWN_LENGTH_BYTES = 0x7FFF_F000
"""From here on a length counts as unknown. A program that writes into a pipe cannot go back to
fill in the length: sox leaves this value in the header, arecord and ffmpeg a larger one."""


def missing_bytes(path: Path) -> int:
    """Returns how many bytes of sound a WAV file lacks; 0 for every other format.

    libsndfile silently shortens such a file to the bytes that are there. Formats: RIFF, RIFX and
    RF64/BW64 (EBU Tech 3306).
    """
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        form, wave = file.read(8)[:4], file.read(4)
        if form not in (b"RIFF", b"RIFX", b"RF64", b"BW64") or wave != b"WAVE":
            return 0
        stated_bytes = _data_bytes(file, "big" if form == b"RIFX" else "little")
        if stated_bytes is None:
            return 0
        return max(0, stated_bytes - (size_bytes - file.tell()))


def _data_bytes(file: BinaryIO, order: Literal["little", "big"]) -> int | None:
    """Returns the length of the data chunk and seeks to its first byte; None if unknown."""
    long_bytes = None
    while len(header := file.read(8)) == 8:  # noqa: PLR2004 - a name and a length, 4 bytes each
        length = int.from_bytes(header[4:], order)
        if header[:4] == b"data":
            return length if length < UNKNOWN_LENGTH_BYTES else long_bytes
        if header[:4] == b"ds64":
            body = file.read(length)
            long_bytes = int.from_bytes(body[8:16], "little")
            continue
        file.seek(length + length % 2, 1)
    return None
