"""The configuration in use, its reload, and a copy of the last good file."""

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from soundpost.config.schema import Config
from soundpost.config.toml import LARGEST_FILE_BYTES
from soundpost.errors import SoundpostError
from soundpost.system.atomic_file import sync_folder, write_atomic
from soundpost.system.regular_file import read_regular

COPY = "last-good.toml"
_MODE = 0o600  # the group of the service may read clips, but need not know the configuration

_log = logging.getLogger("soundpost")


class LiveConfig:
    """The configuration in use: the file's, or the last good copy if the file is refused.

    Args:
        read: Returns the configuration of a file, with the flags of the command line applied.
        file: The configuration file; None if there are flags only.
        folder: The folder of the copy of the last good file, which only a service has; None for
            no copy: a person at a terminal gets the error instead.

    Attributes:
        config: The configuration in use.
        refusal: The error because of which the file is not in use; None if it is.

    Raises:
        ConfigError: The file is refused, and there is no copy, or the copy is refused too.
    """

    def __init__(
        self, read: Callable[[Path | None], Config], file: Path | None, folder: Path | None
    ) -> None:
        self._read = read
        self._file = file
        self._copy = folder / COPY if folder and file else None
        self._is_requested = False
        self.refusal: SoundpostError | None = None
        self._is_fallen_back = False
        self._content = self._content_now()
        try:
            self.config = read(file)
        except SoundpostError as error:
            self.fall_back(error)

    @property
    def file(self) -> Path | None:
        """The file that the configuration in use was read from; None if there are flags only."""
        return self._copy if self._is_fallen_back else self._file

    @property
    def source_names(self) -> list[str]:
        """The names of the sources, of a configuration that has several."""
        return [source.name for source in self.config.sources]

    def fall_back(self, refusal: SoundpostError) -> None:
        """Uses the last good configuration instead of one that cannot be used or started.

        Args:
            refusal: The reason.

        Raises:
            SoundpostError: There is no other configuration to fall back to: `refusal`; or the last
                good one cannot be used either: both reasons.
        """
        if self.refusal and self._is_fallen_back:
            raise _both(self.refusal, refusal) from refusal
        copied = _content_of(self._copy)
        if not self._copy or not copied or copied == self._content:
            raise refusal
        try:
            self.config = self._read(self._copy)
        except SoundpostError as error:
            raise _both(refusal, error) from error
        self.refusal, self._is_fallen_back, self._content = refusal, True, b""
        _log.error(
            "the configuration is refused, the last good one is used: %s (%s)",
            refusal,
            refusal.hint,
        )

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

    def reload_if_requested(
        self,
        validate: Callable[[Config], None],
        has_same_files: Callable[[], bool] = lambda: True,
    ) -> bool:
        """Performs a requested reload, and returns whether another configuration is in use now.

        If the file is refused the reason is logged, and the configuration stays as it is. One of
        several sources goes on if its own part of the file and the files that it names are the
        same. A single source takes any file for another configuration.

        Args:
            validate: Raises SoundpostError for a configuration that does not fit model or machine.
            has_same_files: Returns whether the files that the configuration names, such as bundles,
                are those in use; raises SoundpostError if one cannot be used.
        """
        if not self._is_requested:
            return False
        self._is_requested = False
        try:
            if self._is_unchanged(has_same_files):
                return False
            self.replace(validate)
        except SoundpostError as error:
            _log.error(
                "the new configuration is refused, the old one stays in use: %s (%s)",
                error,
                error.hint,
            )
            return False
        return True

    def _is_unchanged(self, has_same_files: Callable[[], bool]) -> bool:
        """Returns whether this is one of several sources, and its configuration is the same.

        Raises:
            SoundpostError: The file is refused.
        """
        if self.config.node.source is None or self._is_fallen_back:
            return False
        content = self._content_now()
        try:
            is_unchanged = self._read(self._file) == self.config and has_same_files()
        except SoundpostError as error:
            self.refusal = error
            raise
        if is_unchanged:
            self._content, self.refusal = content, None
            self.save_copy()
        return is_unchanged

    def replace(self, validate: Callable[[Config], None]) -> None:
        """Reads the file and puts its configuration into use.

        Args:
            validate: Raises SoundpostError for a configuration that does not fit model or machine.

        Raises:
            SoundpostError: The file is refused; the configuration stays as it is.
        """
        content = self._content_now()
        try:
            config = self._read(self._file)
            validate(config)
        except SoundpostError as error:
            self.refusal = error
            raise
        self.config, self._content = config, content
        self.refusal, self._is_fallen_back = None, False

    def _content_now(self) -> bytes:
        return _content_of(self._file)


def _content_of(file: Path | None) -> bytes:
    with contextlib.suppress(OSError):  # `load_config` raises a better error
        return read_regular(file, LARGEST_FILE_BYTES) if file else b""
    return b""


def _both(refusal: SoundpostError, other: SoundpostError) -> SoundpostError:
    """Returns one error for a file and the last good copy, of which neither can be used."""
    if str(refusal) == str(other):  # both fail for the same flag, say
        return refusal
    return type(refusal)(
        f"{refusal}; and the last good configuration cannot be used either: {other}",
        hint=refusal.hint,
    )
