"""Recordings in containers that are written byte by byte, so that each field can be wrong."""

import struct
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
SOUND = np.random.default_rng(5).integers(-20_000, 20_000, RATE_HZ).astype(np.int16)
"""One second of noise: no byte of it is a name or a padding by accident."""

_WAVE64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")
_UNKNOWN = 0xFFFFFFFF


class Made(NamedTuple):
    """A recording of `SOUND` in a container.

    Attributes:
        head: Everything before the sound.
        sound: The sound in the byte order of the container.
        tail: Chunks behind the sound.
    """

    head: bytes
    sound: bytes
    tail: bytes

    @property
    def content(self) -> bytes:
        """The whole file."""
        return self.head + self.sound + self.tail


def riff_chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    """Returns a chunk of RIFF, with its padding."""
    length = len(body) if size is None else size
    return name + struct.pack("<I", length) + body + bytes(len(body) % 2)


def wave_format(
    *, tag: int = 1, channels: int = 1, rate_hz: int = RATE_HZ, bits: int = 16, order: str = "<"
) -> bytes:
    """Returns the body of a consistent `fmt ` chunk."""
    frame = channels * -(-bits // 8)
    return struct.pack(f"{order}HHIIHH", tag, channels, rate_hz, rate_hz * frame, frame, bits)


def wav(
    size: int | None = None, *, before: bytes = b"", tail: bytes = b"", tag: bytes = b"RIFF"
) -> Made:
    """Returns a WAV whose data chunk states a size, with chunks before and behind the sound."""
    order = ">" if tag == b"RIFX" else "<"
    sound = SOUND.astype(f"{order}i2").tobytes()
    stated = len(sound) if size is None else size
    chunks = b"WAVE" + before
    chunks += b"fmt " + struct.pack(f"{order}I", 16) + wave_format(order=order)
    if tag in {b"RF64", b"BW64"}:
        ds64 = struct.pack("<QQQI", len(sound) + 72, stated, RATE_HZ, 0)
        chunks = b"WAVE" + riff_chunk(b"ds64", ds64) + chunks[4:]
        stated = _UNKNOWN
    chunks += b"data" + struct.pack(f"{order}I", stated)
    riff = min(len(chunks) + len(sound) + len(tail), _UNKNOWN)
    return Made(tag + struct.pack(f"{order}I", riff) + chunks, sound, tail)


def wave64(size: int | None = None, *, tail: bytes = b"") -> Made:
    """Returns a Wave64 whose data chunk states a size of the sound."""
    sound = SOUND.astype("<i2").tobytes()
    stated = len(sound) if size is None else size
    riff = bytes.fromhex("726966662e91cf11a5d628db04c10000")
    head = riff + struct.pack("<Q", 0) + b"wave" + _WAVE64_TAIL
    head += b"fmt " + _WAVE64_TAIL + struct.pack("<Q", 40) + wave_format()
    head += b"data" + _WAVE64_TAIL + struct.pack("<Q", min(stated + 24, 2**64 - 1))
    return Made(head, sound, tail)


def aiff(size: int | None = None, *, tail: bytes = b"") -> Made:
    """Returns an AIFF whose sound chunk states a size of the sound."""
    sound = SOUND.astype(">i2").tobytes()
    stated = len(sound) if size is None else size
    rate = struct.pack(">HQ", 16_383 + 13, RATE_HZ << (63 - 13))
    common = struct.pack(">hIh", 1, len(SOUND), 16) + rate
    head = b"FORM" + struct.pack(">I", 46 + len(sound) + len(tail)) + b"AIFF"
    head += b"COMM" + struct.pack(">I", 18) + common
    head += b"SSND" + struct.pack(">III", min(stated + 8, _UNKNOWN), 0, 0)
    return Made(head, sound, tail)


def caf(size: int | None = None, *, tail: bytes = b"") -> Made:
    """Returns a CAF whose data chunk states a size of the sound."""
    sound = SOUND.astype(">i2").tobytes()
    stated = len(sound) if size is None else size
    description = struct.pack(">d4sIIIII", RATE_HZ, b"lpcm", 0, 2, 1, 1, 16)
    head = b"caff\0\1\0\0desc" + struct.pack(">q", 32) + description
    head += b"data" + struct.pack(">QI", min(stated + 4, 2**64 - 1), 0)
    return Made(head, sound, tail)


def au(size: int | None = None, *, tail: bytes = b"") -> Made:
    """Returns an AU whose header states a size of the sound."""
    sound = SOUND.astype(">i2").tobytes()
    stated = len(sound) if size is None else size
    return Made(b".snd" + struct.pack(">IIIII", 24, stated, 3, RATE_HZ, 1), sound, tail)


def samples(blocks: Iterable[NDArray[np.float32]]) -> NDArray[np.int16]:
    """Returns the blocks of a mono recording as int16[n]."""
    joined = np.concatenate([*blocks, np.empty((0, 1), np.float32)])
    pcm: NDArray[np.int16] = np.rint(joined[:, 0] * 32_768).astype(np.int16)
    return pcm
