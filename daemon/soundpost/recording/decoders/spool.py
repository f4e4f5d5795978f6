"""A copy of a stream in an unnamed file, for decoders that have to seek."""

import os
import tempfile
from contextlib import ExitStack
from io import RawIOBase

from soundpost.errors import CaptureError
from soundpost.recording.byte_stream import READ_BYTES, ByteStream
from soundpost.recording.decoders import flac, mpeg

LARGEST_BYTES = 1 << 29
"""512 MiB, hours of compressed sound: a pipe may have no end, and the disk may be small."""


def spool(stream: ByteStream, opening: ExitStack, warnings: list[str]) -> int:
    """Copies the rest of a stream into an unnamed file; returns its descriptor.

    Args:
        stream: What is left of it is read, at most `LARGEST_BYTES`.
        opening: Closes the copy.
        warnings: Gets a line if there was more.

    Raises:
        CaptureError: There is no space for the copy.
    """
    copy = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - the caller's stack closes it
    opening.enter_context(copy)
    copied = 0
    try:
        while copied < LARGEST_BYTES and not stream.is_stopped:
            data = stream.read_available(READ_BYTES)
            if data == b"":
                break
            copied += _write_all(copy, data or b"")
        else:
            warnings.append(f"only its first {LARGEST_BYTES} bytes are read")
    except OSError as error:
        raise CaptureError(
            f"a temporary copy of the sound cannot be written: {error.strerror}",
            hint=f"make space in {tempfile.gettempdir()}, or set TMPDIR",
        ) from error
    os.lseek(copy.fileno(), 0, os.SEEK_SET)
    return copy.fileno()


def _write_all(copy: RawIOBase, data: bytes) -> int:
    """Writes all of the data, and returns its length: the last write to a full disk is short."""
    rest = data
    while rest:
        rest = rest[copy.write(rest) :]
    return len(data)


def with_whole_length(
    descriptor: int, stream: ByteStream, opening: ExitStack, warnings: list[str]
) -> int:
    """Returns a descriptor of the same sound, whose header states all of it.

    Args:
        descriptor: A regular file. If its FLAC or MP3 states less than follows, it is copied.
        stream: Says whether to stop.
        opening: Closes the copy.
        warnings: Gets a line if there is one.

    Raises:
        CaptureError: There is no space for the copy.
    """
    correction = flac.understated_length(descriptor) or mpeg.understated_length(descriptor)
    if correction is None:
        return descriptor
    size = os.fstat(descriptor).st_size
    whole = ByteStream(descriptor, size, lambda: stream.is_stopped)
    copy = spool(whole, opening, warnings)
    position, length = correction
    os.pwrite(copy, length, position)
    warnings.append("its header gives a length that is too small: all is read")
    return copy
