"""Captures what a native library writes to stderr while it loads."""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_STDERR = 2
_NATIVE_STARTS = (b"INFO:", b"WARNING:", b"ERROR:", b"VERBOSE:", b"W0000", b"I0000", b"E0000")
"""First words of the lines of TensorFlow Lite and of absl."""

_lock = threading.Lock()
_log = logging.getLogger("soundpost.classify")


@contextmanager
def captured_native_log() -> Iterator[None]:
    """Captures lines that native code writes to stderr, and logs them.

    At level debug, because the lines are about the runtime, not the sound; at level warning if the
    body raises, because they may say why. The descriptor is that of the whole process: lines that
    are not the library's, written by another thread meanwhile, are passed on afterwards.
    """
    with _lock:
        captured = _redirect()
        if captured is None:
            yield
            return
        level = logging.WARNING
        try:
            yield
            level = logging.DEBUG
        finally:
            content = _restore(*captured)
            for line in content.splitlines(keepends=True):
                if line.startswith(_NATIVE_STARTS):
                    _log.log(level, "the runtime: %s", line.decode(errors="replace").strip())
                else:
                    with suppress(OSError):
                        os.write(_STDERR, line)


def _redirect() -> tuple[int, int] | None:
    """Points stderr to memory; returns its old descriptor and the memory, None without stderr."""
    try:
        if sys.stderr:
            sys.stderr.flush()
        stderr = os.dup(_STDERR)
    except OSError:  # closed, or its reader is gone: nothing written there is seen anyway
        return None
    memory = os.memfd_create("soundpost-native-log")
    os.dup2(memory, _STDERR)
    return stderr, memory


def _restore(stderr: int, memory: int) -> bytes:
    """Restores stderr; returns what was written meanwhile."""
    os.dup2(stderr, _STDERR)
    os.close(stderr)
    with os.fdopen(memory, "rb") as file:
        file.seek(0)
        return file.read()
