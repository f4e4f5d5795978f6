"""AIFF and AIFF-C (Apple, 1989 and 1991): big-endian chunks, with the format in `COMM`."""

import math

from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.chunks import AIFF
from soundpost.recording.containers.extent import locate_sound
from soundpost.recording.containers.layout import Encoding, Format, Layout
from soundpost.recording.containers.length import Stated
from soundpost.recording.containers.walk import walk

COMMON_BYTES = 22
"""Bytes read of `COMM`: channels, frames, bits, rate, and the compression of AIFF-C."""

_ENCODINGS = {
    b"sowt": Encoding("signed", 2, "little"),
    b"in24": Encoding("signed", 3, "big"),
    b"in32": Encoding("signed", 4, "big"),
    b"fl32": Encoding("float", 4, "big"),
    b"FL32": Encoding("float", 4, "big"),
    b"fl64": Encoding("float", 8, "big"),
    b"FL64": Encoding("float", 8, "big"),
    b"ulaw": Encoding("ulaw", 1),
    b"ULAW": Encoding("ulaw", 1),
    b"alaw": Encoding("alaw", 1),
    b"ALAW": Encoding("alaw", 1),
    b"raw ": Encoding("unsigned", 1),
}
"""By the compression of AIFF-C; NONE and twos are integers of the stated width."""


def read_aiff(stream: ByteStream) -> Layout | None:
    """Returns the layout of an AIFF, or None if its header has no format or no sound.

    `COMM` may stand behind the sound; it is found there in a regular file.

    Args:
        stream: At the first byte of the header.
    """
    stream.skip_to(stream.position + 12)  # FORM, a length, AIFF
    warnings: list[str] = []
    sound: Format | None = None
    sound_at: tuple[int, int] | None = None
    for chunk in walk(stream, AIFF, warnings):
        if chunk.id == AIFF.format_id:
            sound = _read_common(stream.read(min(chunk.size, COMMON_BYTES)))
        elif chunk.id == AIFF.sound_id:
            offset = int.from_bytes(stream.read(8)[:4], "big")  # then the size of a block
            sound_at = chunk.start + 8 + offset, max(0, chunk.size - 8 - offset)
        if sound_at and (sound or stream.size is None):
            break
    if not sound or not sound_at:
        return None
    stream.skip_to(sound_at[0])
    return locate_sound(stream, AIFF, sound, Stated(sound_at[1], 4), warnings)


def _read_common(body: bytes) -> Format | None:
    channels = int.from_bytes(body[:2], "big")
    sample_bytes = -(-int.from_bytes(body[6:8], "big") // 8)
    rate_hz = _extended(body[8:18])
    compression = body[18:22] or b"NONE"
    encoding = _ENCODINGS.get(compression)
    if compression in {b"NONE", b"twos"} and sample_bytes in {1, 2, 3, 4}:
        encoding = Encoding("signed", sample_bytes, "big")
    if compression == b"sowt" and sample_bytes in {1, 2, 3, 4}:
        encoding = Encoding("signed", sample_bytes, "little")
    frame_bytes = encoding.sample_bytes * channels if encoding else 0
    return Format(encoding, channels, rate_hz, frame_bytes)


def _extended(data: bytes) -> int:
    """Returns an 80-bit float as a whole number; 0 if it is no sensible rate."""
    exponent = int.from_bytes(data[:2], "big") - 16_383  # the bias
    mantissa = int.from_bytes(data[2:10], "big")
    if not 0 <= exponent < 63:  # noqa: PLR2004 - the bits of the mantissa below the point
        return 0
    return math.floor(mantissa / (1 << (63 - exponent)) + 0.5)
