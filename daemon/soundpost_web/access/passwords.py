"""The file of passwords: an argon2 hash for each role."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from soundpost.errors import ConfigError
from soundpost.system.atomic_file import write_atomic
from soundpost.system.regular_file import read_regular
from soundpost_web.access.roles import Role

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 8
"""Characters of a password (NIST SP 800-63B, section 5.1.1.1)."""
LONGEST = 1_000
_LARGEST_BYTES = 10_000
_OTHERS_MASK = 0o077
_MODE = 0o600
_ROLES = {"viewer": Role.VIEWER, "admin": Role.ADMIN}
# The first recommendation of OWASP's Password Storage Cheat Sheet for argon2id; a Pi with 512 MB
# has the memory for it, and one password at a time is verified.
_TIME_COST, _MEMORY_KIB, _LANES = 2, 19_456, 1


class PasswordFile:
    """Reads the file again when it has changed, so that a new password needs no restart.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._hashes: dict[str, str] = {}
        self._stamp: tuple[int, int] | None = None

    def load(self) -> None:
        """Reads the file if it has changed.

        Raises:
            ConfigError: It cannot be read, can be read by others, or is no file of passwords.
        """
        try:
            status = self.path.stat()
        except FileNotFoundError:
            self._hashes, self._stamp = {}, None
            return
        except OSError as error:
            raise self._unreadable(error.strerror) from error
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp == self._stamp:
            return
        if status.st_mode & _OTHERS_MASK:
            raise ConfigError(
                f"the passwords {self.path} can be read by other users",
                hint=f"chmod 600 {self.path}",
            )
        try:
            content = read_regular(self.path, _LARGEST_BYTES)
            hashes = msgspec.json.decode(content, type=dict[str, str])
        except OSError as error:
            raise self._unreadable(error.strerror) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._unreadable("it is no file of passwords") from error
        self._hashes, self._stamp = hashes, stamp

    @property
    def is_empty(self) -> bool:
        """True if no role has a password."""
        return not any(name in self._hashes for name in _ROLES)

    def hash_of(self, name: str) -> str | None:
        """Returns the hash of a role; None if it has no password."""
        return self._hashes.get(name) if name in _ROLES else None

    def verify(self, name: str, password: str) -> Role:
        """Returns the role of a login; `NOBODY` if the password is wrong.

        An unknown name takes as long as a wrong password.
        """
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - its library takes 4 MB, and a page without logins needs none

        stored = self.hash_of(name)
        hasher = _hasher()
        try:
            hasher.verify(stored or hasher.hash("nobody"), password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return Role.NOBODY
        return _ROLES[name] if stored else Role.NOBODY

    def set(self, name: str, password: str) -> None:
        """Sets the password of a role, and writes the file for its owner alone.

        Raises:
            ConfigError: The password is too short or too long, or the file cannot be written.
        """
        if name not in _ROLES:
            raise ConfigError(f"there is no role {name!r}", hint="known: viewer, admin")
        if not SHORTEST <= len(password) <= LONGEST:
            raise ConfigError(
                f"expected a password of {SHORTEST} to {LONGEST} characters, got {len(password)}",
                hint="a few words in a row are easy to remember and hard to guess",
            )
        self.load()
        hashes = {**self._hashes, name: _hasher().hash(password)}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            owner = self.path.parent.stat()
            write_atomic(self.path, msgspec.json.encode(hashes), mode=_MODE)
            if os.geteuid() == 0:  # root sets the password of a service, which must read it
                os.chown(self.path, owner.st_uid, owner.st_gid)
        except OSError as error:
            raise ConfigError(
                f"the passwords {self.path} cannot be written: {error.strerror}",
                hint="run it as the user that the page runs as, or set web.password_file",
            ) from error
        self.load()

    def _unreadable(self, reason: str | None) -> ConfigError:
        return ConfigError(
            f"the passwords {self.path} cannot be read: {reason}",
            hint="set them with `soundpost-web password`",
        )


def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415 - as above

    return PasswordHasher(_TIME_COST, _MEMORY_KIB, _LANES)
