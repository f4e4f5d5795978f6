"""The configuration that serves, and a copy of the last one that did."""

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from soundpost.config.schema import Config
from soundpost.errors import ConfigError, SoundpostError
from soundpost.system.atomic_file import sync_folder, write_atomic

COPY = "last-good.toml"

_log = logging.getLogger("soundpost")


class LiveConfig:
    """The configuration that serves: the file's, or the last good one where the file is refused.

    Args:
        read: The configuration of a file, with the flags of the command line laid over it.
        file: The configuration file; None where there are flags only.
        folder: Where a copy of the last good file is kept; None for nowhere.

    Attributes:
        config: What serves now.

    Raises:
        ConfigError: The file is refused, and there is no copy, or it is refused too.
    """

    def __init__(
        self, read: Callable[[Path | None], Config], file: Path | None, folder: Path | None
    ) -> None:
        self._read = read
        self._file = file
        self._copy = folder / COPY if folder and file else None
        self._content = b""
        self._is_asked = False
        self.config = self._read_or_recall()

    def save_copy(self) -> None:
        """Remember the file that serves, now that it has been seen to work."""
        if self._copy is None or not self._content:
            return
        try:
            # Whole: an empty copy after a power cut would be the defaults.
            write_atomic(self._copy, self._content)
            sync_folder(self._copy.parent)
        except OSError as error:
            _log.warning("%s cannot be kept: %s", self._copy, error.strerror)

    def request_reload(self) -> None:
        """Ask for the file to be read again; takes no lock, so a signal handler may call it."""
        self._is_asked = True

    def is_replaced(self, try_out: Callable[[Config], None]) -> bool:
        """Whether that was asked for, and what the file holds now serves from now on.

        Where it is refused the log says why, and all stays as it is.

        Args:
            try_out: Raises what is wrong with a configuration beyond its file.
        """
        if not self._is_asked:
            return False
        self._is_asked = False
        try:
            self.replace(try_out)
        except SoundpostError as error:
            _log.error(
                "the new configuration is refused, the old one goes on: %s (%s)", error, error.hint
            )
            return False
        return True

    def replace(self, try_out: Callable[[Config], None]) -> None:
        """Let what the file holds now serve from now on.

        Args:
            try_out: Raises what is wrong with a configuration beyond its file.

        Raises:
            SoundpostError: It is refused, and all stays as it is.
        """
        content = self._content_now()
        config = self._read(self._file)
        try_out(config)
        self.config, self._content = config, content

    def _read_or_recall(self) -> Config:
        content = self._content_now()
        try:
            config = self._read(self._file)
        except ConfigError as error:
            if self._copy is None or not self._copy.is_file():
                raise
            config = self._read(self._copy)
            _log.error(
                "the configuration is refused, the last good one serves: %s (%s)", error, error.hint
            )
        else:
            self._content = content
        return config

    def _content_now(self) -> bytes:
        with contextlib.suppress(OSError):  # the reader says it better
            return self._file.read_bytes() if self._file else b""
        return b""
