"""Apple's Core Audio Format: chunks with 64-bit lengths, and the format in `desc`."""

import math
import struct

from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.chunks import CAF
from soundpost.recording.containers.extent import locate_sound
from soundpost.recording.containers.layout import ByteOrder, Encoding, Format, Kind, Layout
from soundpost.recording.containers.length import Stated
from soundpost.recording.containers.walk import walk

DESCRIPTION_BYTES = 32
"""Bytes of `desc`."""

_IS_FLOAT, _IS_LITTLE_ENDIAN = 1, 2
"""Flags of linear PCM."""


def read_caf(stream: ByteStream) -> Layout | None:
    """Returns the layout of a CAF, or None if its header has no format or no sound.

    Args:
        stream: At the first byte of the header.
    """
    stream.skip_to(stream.position + 8)  # caff, a version, flags
    warnings: list[str] = []
    sound: Format | None = None
    for chunk in walk(stream, CAF, warnings):
        if chunk.id == CAF.format_id:
            sound = _read_description(stream.read(min(chunk.size, DESCRIPTION_BYTES)))
        elif chunk.id == CAF.sound_id and sound:
            stream.read(4)  # a count of edits
            stated = Stated(max(0, chunk.size - 4), 8)
            return locate_sound(stream, CAF, sound, stated, warnings)
    return None


def _read_description(body: bytes) -> Format | None:
    if len(body) < DESCRIPTION_BYTES:
        return None
    rate, name, flags, _, _, channels, bits = struct.unpack(">d4sIIIII", body)
    rate_hz = round(rate) if math.isfinite(rate) and 0 <= rate < 1 << 32 else 0
    encoding = _encoding(name, flags, -(-bits // 8))
    return Format(encoding, channels, rate_hz, encoding.sample_bytes * channels if encoding else 0)


def _encoding(name: bytes, flags: int, sample_bytes: int) -> Encoding | None:
    if name == b"ulaw":
        return Encoding("ulaw", 1)
    if name == b"alaw":
        return Encoding("alaw", 1)
    order: ByteOrder = "little" if flags & _IS_LITTLE_ENDIAN else "big"
    kind: Kind = "float" if flags & _IS_FLOAT else "signed"
    is_plain = name == b"lpcm" and sample_bytes in ((4, 8) if kind == "float" else (1, 2, 3, 4))
    return Encoding(kind, sample_bytes, order) if is_plain else None
