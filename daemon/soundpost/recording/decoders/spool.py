"""A copy of a stream in an unnamed file, for decoders that have to seek."""

import os
import tempfile
from contextlib import ExitStack

from soundpost.errors import CaptureError
from soundpost.recording.byte_stream import READ_BYTES, ByteStream

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
            copied += copy.write(data or b"")
        else:
            warnings.append(f"only its first {LARGEST_BYTES} bytes are read")
    except OSError as error:
        raise CaptureError(
            f"a temporary copy of the sound cannot be written: {error.strerror}",
            hint=f"make space in {tempfile.gettempdir()}, or set TMPDIR",
        ) from error
    os.lseek(copy.fileno(), 0, os.SEEK_SET)
    return copy.fileno()
