"""Metrics in a file, for node_exporter's textfile collector."""

import logging
import os
from contextlib import suppress
from pathlib import Path

_MODE = 0o644  # node_exporter has a user of its own, and nothing in here is a secret
_log = logging.getLogger("soundpost.metrics")


class Textfile:
    """A file that always holds one whole set of metrics.

    It is written beside itself and renamed, as node_exporter asks for: who reads it sees the old
    set or the new one. It need not last through a power cut, so it never waits for the disk. One
    that takes nothing is told once, and tried again the next time.

    Args:
        path: The file; its folder must be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_failing = False

    def show(self, text: str) -> None:
        """Replace what it holds."""
        # The collector reads whatever ends in .prom, so this must not.
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
            with os.fdopen(handle, "w", encoding="utf-8") as new:
                os.fchmod(new.fileno(), _MODE)  # whatever the umask
                new.write(text)
            part.replace(self._path)
        except OSError as error:
            with suppress(OSError):  # where nothing can be written, nothing can be removed perhaps
                part.unlink()
            if not self._is_failing:
                _log.warning("no metrics can be written, and listening goes on: %s", error)
            self._is_failing = True
        else:
            self._is_failing = False
