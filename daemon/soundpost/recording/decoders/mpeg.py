"""The frames of MPEG audio (ISO 11172-3, 13818-3), to find out that a file was cut."""

import os
from collections.abc import Iterator

from soundpost.recording.byte_stream import read_at

_SEARCH_BYTES = 1 << 16
_TAG_BYTES = 10
_WINDOW_BYTES = 1 << 18
"""Bytes read at once while frames are followed: some thousand frames."""
_LENGTH_TAGS = (b"Xing", b"Info", b"VBRI")
"""In the first frame: the number of frames, as LAME, ffmpeg and Fraunhofer's encoder write it."""
_LENGTH_TAG_BYTES = 200
"""Bytes of the first frame in which that tag stands."""
_XING_TAGS = (b"Xing", b"Info")
_HAS_FRAMES = 1
"""Flag of a Xing tag that states the number of frames, in the four bytes behind the flags."""
_TAG_TOLERANCE_FRAMES = 2
"""Some encoders count the frame with the tag, or an unfinished last one."""

_BITRATES_KBPS = {
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By whether it is MPEG-1, and the layer."""
_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""By the version's bits: MPEG-1, MPEG-2, MPEG-2.5."""


def has_exact_length(descriptor: int) -> bool:
    """Returns whether the first frame states the number of frames."""
    start = _first_frame(descriptor)
    head = read_at(descriptor, _LENGTH_TAG_BYTES, start)
    return any(tag in head for tag in _LENGTH_TAGS)


def understated_length(descriptor: int) -> tuple[int, bytes] | None:
    """Returns what to correct in a tag that states fewer frames than follow, else None.

    libmpg123 ends at the stated number. It is too small if a recorder died before it wrote the
    tag again, or if files were appended to each other.

    Returns:
        Where the number stands, and the right one as its four bytes.
    """
    start = _first_frame(descriptor)
    head = read_at(descriptor, _LENGTH_TAG_BYTES, start)
    at = max(head.find(tag) for tag in _XING_TAGS)
    flags, stated = head[at + 4 : at + 8], int.from_bytes(head[at + 8 : at + 12], "big")
    if at < 0 or not flags[-1:] or not flags[-1] & _HAS_FRAMES or not stated:
        return None
    size = os.fstat(descriptor).st_size
    counted = (
        sum(end <= size for end in _frame_ends(descriptor, start)) - 1
    )  # without the tag's own
    if counted - stated <= _TAG_TOLERANCE_FRAMES:
        return None
    return start + at + 8, counted.to_bytes(4, "big")


def is_cut(descriptor: int) -> bool:
    """Returns whether the last frame is longer than the file.

    A file of constant rate states no length: a cut within a frame shows, one between two does not.
    """
    size = os.fstat(descriptor).st_size
    return any(end > size for end in _frame_ends(descriptor, _first_frame(descriptor)))


def _first_frame(descriptor: int) -> int:
    """Returns where the first frame begins, behind an ID3 tag."""
    start = _tag_bytes(read_at(descriptor, _TAG_BYTES, 0))
    ahead = read_at(descriptor, _SEARCH_BYTES, start)
    return start + next((at for at in range(len(ahead) - 3) if _frame_bytes(ahead[at : at + 4])), 0)


def _tag_bytes(head: bytes) -> int:
    """Returns the length of an ID3 tag by its first ten bytes, 0 if they begin none."""
    if head[:3] != b"ID3" or len(head) < _TAG_BYTES:
        return 0
    length = 0
    for byte in head[6:10]:
        length = length << 7 | byte & 0x7F
    return _TAG_BYTES + length


def _frame_ends(descriptor: int, position: int) -> Iterator[int]:
    """Yields where each frame ends, as long as they follow each other, also behind a tag.

    The file is not mapped: a disk that is removed meanwhile would end the process by SIGBUS.
    """
    window, start = b"", position
    while True:
        at = position - start
        if at + _TAG_BYTES > len(window):
            window, start, at = read_at(descriptor, _WINDOW_BYTES, position), position, 0
        if length := _frame_bytes(window[at : at + 4]):
            position += length
            yield position
        elif length := _tag_bytes(window[at : at + _TAG_BYTES]):
            position += length
        else:
            return


def _frame_bytes(header: bytes) -> int:
    """Returns the length of a frame, or 0 if the four bytes are no header of one."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - sync
        return 0
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
    if version not in _RATES_HZ or layer > 3 or bitrate in {0, 15} or rate > 2:  # noqa: PLR2004 - reserved
        return 0
    is_first = version == 3  # noqa: PLR2004 - the bits of MPEG-1
    bits = _BITRATES_KBPS[is_first, layer][bitrate] * 1_000
    padding = header[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // _RATES_HZ[version][rate] + padding) * 4
    samples = 1_152 if is_first or layer == 2 else 576  # noqa: PLR2004 - layer II
    return samples // 8 * bits // _RATES_HZ[version][rate] + padding
