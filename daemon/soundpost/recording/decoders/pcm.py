"""Decodes plain samples, whose place in the file a header gave."""

from collections.abc import Iterator

import numpy as np

from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.following import is_chunk_or_padding
from soundpost.recording.containers.layout import Layout
from soundpost.recording.decoders.decoder import Block
from soundpost.recording.decoders.samples import to_float

_FOLLOWING_BYTES = 16
"""Bytes behind the sound of a pipe that show whether it goes on."""


class PcmDecoder:
    """Reads the samples that a layout describes, from a file or from a pipe as they come.

    Args:
        stream: The bytes, anywhere before the sound.
        layout: The place and the format of the sound.

    Attributes:
        rate_hz, channels, warnings, missing_seconds, stated_seconds: As in `Decoder`.
    """

    def __init__(self, stream: ByteStream, layout: Layout) -> None:
        self._stream = stream
        self._layout = layout
        self._end = layout.end
        self.rate_hz = layout.format.rate_hz
        self.channels = layout.format.channels
        self.warnings = list(layout.warnings)
        self.missing_seconds: float | None = None
        present = None if layout.end is None else layout.end - layout.start
        self._note_missing(layout.stated_bytes or 0, present)
        bytes_per_second = layout.format.frame_bytes * self.rate_hz
        has_length = present is not None and bytes_per_second
        self.stated_seconds = (present or 0) / bytes_per_second if has_length else None

    def blocks(self, frames: int) -> Iterator[Block]:
        """Yields the sound, at most `frames` at once; an empty block while a pipe has no data."""
        frame_bytes = self._layout.format.frame_bytes
        self._stream.forget()
        self._stream.skip_to(self._layout.start)
        pending = b""
        while True:
            data = self._read(frames * frame_bytes - len(pending))
            if data is None:
                yield np.empty((0, self.channels), np.float32)
                continue
            if not data:
                break
            pending += data
            whole = len(pending) // frame_bytes * frame_bytes
            if whole:
                yield to_float(pending[:whole], self._layout.format)
            pending = pending[whole:]
        self._compare_with_header()

    def _read(self, count: int) -> bytes | None:
        """Returns bytes of the sound; b"" at its end, None while there are none."""
        if self._end is not None and self._stream.position >= self._end:
            if self._stream.size is not None or not self._goes_on():
                return b""
            self._end = None
        if self._end is not None:
            count = min(count, self._end - self._stream.position)
        return self._stream.read_available(count)

    def _goes_on(self) -> bool:
        """Returns whether a pipe has sound behind its stated end; warns if so."""
        following = self._stream.peek(_FOLLOWING_BYTES)
        if is_chunk_or_padding(following, self._layout.chunk_ids):
            return False
        self.warnings.append("its header gives a length that is too small: all is read")
        return True

    def _compare_with_header(self) -> None:
        if self._stream.is_stopped or self._end is None or self._stream.position >= self._end:
            return
        stated = self._end - self._layout.start
        present = self._stream.position - self._layout.start
        self._note_missing(stated, present)
        rate = self._layout.format.frame_bytes * self.rate_hz
        self.warnings.append(f"it ends early: {present / rate:.1f} s of {stated / rate:.1f} s came")

    def _note_missing(self, stated: int, present: int | None) -> None:
        self.missing_seconds = 0.0
        if present is not None:
            rate = self._layout.format.frame_bytes * self.rate_hz
            self.missing_seconds = max(0, stated - present) / rate if rate else 0.0
