"""Sun's and NeXT's AU: a header of six numbers, then the sound to the end of the file."""

import struct

from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.chunks import ChunkStyle
from soundpost.recording.containers.extent import locate_sound
from soundpost.recording.containers.layout import Encoding, Format, Kind, Layout
from soundpost.recording.containers.length import Stated

HEADER_BYTES = 24

_ENCODINGS: dict[int, tuple[Kind, int]] = {
    1: ("ulaw", 1),
    2: ("signed", 1),
    3: ("signed", 2),
    4: ("signed", 3),
    5: ("signed", 4),
    6: ("float", 4),
    7: ("float", 8),
    27: ("alaw", 1),
}
"""Kind and bytes of a sample, by the number in the header; the others are compressed."""

_WITHOUT_CHUNKS = ChunkStyle("big", b"", b"", frozenset())
"""Nothing follows the sound."""


def read_au(stream: ByteStream) -> Layout | None:
    """Returns the layout of an AU, or None if its header is cut short.

    Args:
        stream: At the first byte of the header.
    """
    begin = stream.position
    header = stream.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None
    sign = ">" if header.startswith(b".snd") else "<"
    start, stated_bytes, code, rate_hz, channels = struct.unpack(f"{sign}IIIII", header[4:])
    kind, sample_bytes = _ENCODINGS.get(code, ("signed", 0))
    encoding = Encoding(kind, sample_bytes, "big" if sign == ">" else "little")
    sound = Format(encoding if sample_bytes else None, channels, rate_hz, channels * sample_bytes)
    if start < HEADER_BYTES:
        return None
    stream.skip_to(begin + start)
    return locate_sound(stream, _WITHOUT_CHUNKS, sound, Stated(stated_bytes, 4), [])
