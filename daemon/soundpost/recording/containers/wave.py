"""WAV in all its forms: RIFF, RIFX (big-endian), RF64 and BW64 (over 4 GiB), and Wave64."""

from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.chunks import RIFF, RIFX, WAVE64, ChunkStyle
from soundpost.recording.containers.extent import locate_sound
from soundpost.recording.containers.layout import Format, Layout
from soundpost.recording.containers.length import Stated
from soundpost.recording.containers.walk import find_format, walk
from soundpost.recording.containers.wave_format import read_wave_format

FORMAT_BYTES = 1_024
"""Bytes read of a `fmt ` chunk; the longest one in use, that of MS ADPCM, has 50."""

_UNKNOWN = 0xFFFF_FFFF
"""The 32-bit length that sends a reader of RF64 to the `ds64` chunk (EBU Tech 3306)."""


def read_wave(stream: ByteStream, magic: bytes) -> Layout | None:
    """Returns the layout of a WAV, or None if its header has no format or no sound.

    Args:
        stream: At the first byte of the header.
        magic: The first four bytes, which may be damaged.
    """
    if magic == b"riff":
        return _read_chunks(stream, WAVE64, stream.position + 40)  # two GUIDs and a length
    style = RIFX if magic == b"RIFX" else RIFF
    return _read_chunks(stream, style, stream.position + 12)  # RIFF, a length, WAVE


def _read_chunks(stream: ByteStream, style: ChunkStyle, start: int) -> Layout | None:
    warnings: list[str] = []
    stream.skip_to(start)
    layout = _find_sound(stream, style, warnings)
    if layout is None and find_format(stream, style, start):
        layout = _find_sound(stream, style, ["a damaged chunk of its header was skipped"])
    return layout


def _find_sound(stream: ByteStream, style: ChunkStyle, warnings: list[str]) -> Layout | None:
    sound: Format | None = None
    long_bytes: int | None = None
    for chunk in walk(stream, style, warnings):
        if chunk.id == b"ds64":
            long_bytes = int.from_bytes(stream.read(16)[8:], "little")
        elif chunk.id == style.format_id:
            sound = read_wave_format(
                stream.read(min(chunk.size, FORMAT_BYTES)), style.order, warnings
            )
        elif chunk.id == style.sound_id and sound:
            stated = Stated(chunk.size, style.size_bytes)
            if chunk.size == _UNKNOWN and long_bytes is not None:
                stated = Stated(long_bytes, 8)
            return locate_sound(stream, style, sound, stated, warnings)
    return None
