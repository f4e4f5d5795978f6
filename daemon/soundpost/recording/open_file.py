"""Opens what a path names, or refuses it with the reason, without ever waiting in `open`."""

import errno
import os
import re
import stat
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from soundpost.recording.byte_stream import STALL_SECONDS, ByteStream
from soundpost.recording.errors import UnreadableError

_OWN_DESCRIPTOR = re.compile(r"/(?:dev/fd|proc/self/fd)/(\d+)")
"""A path that names an open descriptor of this process."""


def open_file(
    path: Path, opening: ExitStack, *, allow_pipes: bool, is_stopped: Callable[[], bool]
) -> ByteStream:
    """Opens a regular file, a pipe or another stream of bytes.

    Args:
        path: The file.
        opening: Closes the descriptor.
        allow_pipes: Whether anything but a regular file is accepted.
        is_stopped: Polled while a pipe has no data.

    Raises:
        UnreadableError: It is absent, empty, a folder, a terminal, a disk or not readable; a pipe
            is not allowed, or nothing is written into it for `STALL_SECONDS`.
    """
    try:
        descriptor = _open(path)
        opening.callback(os.close, descriptor)
        status = os.fstat(descriptor)
        is_file = stat.S_ISREG(status.st_mode)
        # A file of /proc states no size, and is read as a stream.
        is_empty = is_file and not status.st_size and not os.pread(descriptor, 1, 0)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _cannot_open(path, error) from error
    _refuse_unsuitable(path, descriptor, status.st_mode, allow_pipes=allow_pipes)
    if is_empty:
        raise UnreadableError(path, "is empty", hint="record it again, or copy it again")
    if is_file and status.st_size:
        return ByteStream(descriptor, status.st_size, is_stopped)
    stream = ByteStream(descriptor, None, is_stopped, stall_seconds=STALL_SECONDS)
    if not stream.peek(1) and not stream.is_stopped:
        raise UnreadableError(
            path,
            f"is a pipe or a device without data: nothing came within {STALL_SECONDS:.0f} s"
            if not stream.is_at_end
            else "is a pipe or a device that is empty",
            hint="start the program that writes into it, or name a sound file",
        )
    return stream


def _open(path: Path) -> int:
    # A FIFO without a writer opens at once, and a terminal does not become the controlling one.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    try:
        return os.open(path, flags)
    except OSError as error:
        own = _OWN_DESCRIPTOR.fullmatch(os.fsdecode(path).replace("/dev/stdin", "/dev/fd/0"))
        if error.errno != errno.ENXIO or own is None:
            raise
        return os.dup(int(own[1]))  # a socket cannot be opened again, only duplicated


def _refuse_unsuitable(path: Path, descriptor: int, mode: int, *, allow_pipes: bool) -> None:
    if stat.S_ISDIR(mode):
        raise UnreadableError(path, "is a folder, not a file", hint="name a sound file in it")
    if stat.S_ISBLK(mode):
        raise UnreadableError(path, "is a disk, not a file", hint="mount it, and name a file on it")
    if os.isatty(descriptor):
        raise UnreadableError(
            path, "is a terminal, not a file", hint="name a sound file, or pipe one into it"
        )
    if not stat.S_ISREG(mode) and not allow_pipes:
        raise UnreadableError(
            path, "is a pipe or a device, not a file", hint="store its sound in a file first"
        )


def _cannot_open(path: Path, error: OSError | ValueError) -> UnreadableError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        hint = "check the spelling; a relative path begins at the current folder"
        if str(path) == "-":
            hint = "name /dev/stdin to read the standard input"
        return UnreadableError(path, "does not exist", hint=hint)
    if isinstance(error, OSError) and error.errno == errno.ENXIO and path.is_socket():
        return UnreadableError(path, "is a socket, not a file", hint="store its sound in a file")
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return UnreadableError(path, f"cannot be read: {reason}", hint="check its owner and its mode")
