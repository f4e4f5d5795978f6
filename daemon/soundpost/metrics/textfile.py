"""The text file of metrics, for the textfile collector of node_exporter."""

import logging
from pathlib import Path

from soundpost.system.atomic_file import write_atomic
from soundpost.system.log_once import LogOnce

_MODE = 0o644  # node_exporter runs as another user, and metrics are no secret
_log = logging.getLogger("soundpost.metrics")


class Textfile:
    """A file that always holds one complete set of metrics.

    It is replaced atomically, as node_exporter requires: a reader sees the old set or the new one.
    A failing disk is logged once, and the next set is tried again.

    Args:
        path: The file; its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failure = LogOnce(_log)

    def write(self, content: bytes) -> None:
        """Replaces the content of the file; never waits for the disk, and never raises OSError."""
        try:
            # Not durable: after a power cut the next set replaces it within seconds.
            write_atomic(self._path, content, mode=_MODE, is_durable=False)
        except OSError as error:
            self._failure.fail("no metrics can be written, and detection goes on: %s", error)
        else:
            self._failure.recover()
