"""The configuration in use, its reload, and a copy of the last good file."""

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from soundpost.config.schema import Config
from soundpost.errors import ConfigError, SoundpostError
from soundpost.system.atomic_file import sync_folder, write_atomic

COPY = "last-good.toml"
_MODE = 0o600  # the group of the service may read clips, but need not know the configuration

_log = logging.getLogger("soundpost")


class LiveConfig:
    """The configuration in use: the file's, or the last good copy if the file is refused.

    Args:
        read: Returns the configuration of a file, with the flags of the command line applied.
        file: The configuration file; None if there are flags only.
        folder: The folder of the copy of the last good file; None for no copy.

    Attributes:
        config: The configuration in use.

    Raises:
        ConfigError: The file is refused, and there is no copy, or the copy is refused too.
    """

    def __init__(
        self, read: Callable[[Path | None], Config], file: Path | None, folder: Path | None
    ) -> None:
        self._read = read
        self._file = file
        self._copy = folder / COPY if folder and file else None
        self._content = b""
        self._is_requested = False
        self.config = self._read_or_fall_back()

    def save_copy(self) -> None:
        """Saves a copy of the file in use, once it has been seen to work."""
        if self._copy is None or not self._content:
            return
        try:
            # Atomic, because an empty copy after a power cut would be the defaults.
            write_atomic(self._copy, self._content, mode=_MODE)
            sync_folder(self._copy.parent)
        except OSError as error:
            _log.warning("%s cannot be kept: %s", self._copy, error.strerror)

    def request_reload(self) -> None:
        """Requests a reload of the file; takes no lock, so a signal handler may call it."""
        self._is_requested = True

    def reload_if_requested(self, validate: Callable[[Config], None]) -> bool:
        """Performs a requested reload, and returns whether there was one and it succeeded.

        If the file is refused the reason is logged, and the configuration stays as it is.

        Args:
            validate: Raises SoundpostError for a configuration that does not fit model or machine.
        """
        if not self._is_requested:
            return False
        self._is_requested = False
        try:
            self.replace(validate)
        except SoundpostError as error:
            _log.error(
                "the new configuration is refused, the old one stays in use: %s (%s)",
                error,
                error.hint,
            )
            return False
        return True

    def replace(self, validate: Callable[[Config], None]) -> None:
        """Reads the file and puts its configuration into use.

        Args:
            validate: Raises SoundpostError for a configuration that does not fit model or machine.

        Raises:
            SoundpostError: The file is refused; the configuration stays as it is.
        """
        content = self._content_now()
        config = self._read(self._file)
        validate(config)
        self.config, self._content = config, content

    def _read_or_fall_back(self) -> Config:
        content = self._content_now()
        try:
            config = self._read(self._file)
        except ConfigError as error:
            if self._copy is None or not self._copy.is_file():
                raise
            config = self._read(self._copy)
            _log.error(
                "the configuration is refused, the last good one is used: %s (%s)",
                error,
                error.hint,
            )
        else:
            self._content = content
        return config

    def _content_now(self) -> bytes:
        with contextlib.suppress(OSError):  # `load_config` raises a better error
            return self._file.read_bytes() if self._file else b""
        return b""
