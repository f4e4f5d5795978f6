"""The length that a compressed recording states about itself, to find out that it was cut."""

import re
from typing import NamedTuple, Protocol

from soundpost.recording.byte_stream import read_at
from soundpost.recording.decoders import mpeg, ogg

UNKNOWN_FRAMES = 1 << 62
"""From here on libsndfile's number of frames stands for an unknown length."""

WITH_LAYOUT = frozenset({"WAV", "WAVEX", "RF64", "W64", "AIFF", "CAF", "AU"})
"""Formats whose header is read here; their cuts are known from it."""

MP3_TOLERANCE_FRAMES = 2 * 1_152
"""An encoder's delay, two MPEG frames, may be part of the stated length or not."""

_NIST_BYTES = 1_024
_NIST_FRAMES = re.compile(rb"^sample_count -i (\d+)$", re.MULTILINE)

_BODY = re.compile(r"^\s*BODY : (\d+) \(should be (\d+)\)\s*$", re.MULTILINE)
"""A line of libsndfile's log on an IFF/8SVX: the stated length, and what is there."""


class OpenFile(Protocol):
    """The attributes of an open file of soundfile."""

    frames: int
    format: str
    subtype: str
    extra_info: str


class StatedLength(NamedTuple):
    """The length of a recording, as its header states it.

    Attributes:
        frames: The length; None if none is stated.
        tolerance_frames: Fewer frames than these may be missing from a complete recording.
        is_cut: Whether the file ends within the recording, whatever the length.
    """

    frames: int | None
    tolerance_frames: int = 0
    is_cut: bool = False

    def missing_frames(self, read_frames: int) -> int | None:
        """Returns how much was not read: 0 for nothing, None for an unknown amount."""
        if self.frames is not None and self.frames - read_frames > self.tolerance_frames:
            return self.frames - read_frames
        return None if self.is_cut else 0


def stated_length(descriptor: int, file: OpenFile) -> StatedLength:
    """Returns the length that the header states, by the rules of each format.

    Args:
        descriptor: The file.
        file: The same, opened by libsndfile.
    """
    frames = file.frames if file.frames < UNKNOWN_FRAMES else None
    if file.subtype.startswith("MPEG"):
        if file.format != "MP3" or mpeg.has_exact_length(descriptor):  # a WAV may hold MP3, too
            return StatedLength(frames, MP3_TOLERANCE_FRAMES)
        return StatedLength(None, is_cut=mpeg.is_cut(descriptor))
    if file.format == "OGG":
        return StatedLength(None, is_cut=ogg.is_cut(descriptor))
    if file.format == "NIST":
        stated = _NIST_FRAMES.search(read_at(descriptor, _NIST_BYTES, 0))
        return StatedLength(int(stated[1]) if stated else frames)
    if frames and (body := _BODY.search(file.extra_info)):
        stated_bytes, present_bytes = map(int, body.groups())
        return StatedLength(frames * stated_bytes // max(1, present_bytes))
    is_truncated = "truncated" in file.extra_info and file.format not in WITH_LAYOUT
    return StatedLength(frames, is_cut=is_truncated)
