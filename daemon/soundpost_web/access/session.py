"""Sessions in a signed cookie, and the tokens that bind a form to a session."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from soundpost.errors import ConfigError
from soundpost.system.atomic_file import write_atomic
from soundpost.system.regular_file import read_regular
from soundpost_web.access.passwords import PasswordFile
from soundpost_web.access.roles import Role, Visitor

SESSION_SECONDS = 14 * 86_400
COOKIE = "soundpost_session"
FORM_COOKIE = "soundpost_form"
"""The cookie of a visitor without a session, to which the form of the login is bound."""
_KEY_BYTES = 32
_LONGEST = 300
_FIELDS = 4


class Sessions:
    """Signs and verifies sessions.

    A session is `name.expiry.nonce.signature`. The key of the signature is made of the secret and
    of the hash of the password, so a new password ends all sessions of its role.

    Args:
        secret: The secret of this page.
        passwords: The passwords.
        now_seconds: The wall clock.
    """

    def __init__(
        self,
        secret: bytes,
        passwords: PasswordFile,
        *,
        now_seconds: Callable[[], float] = time.time,
    ) -> None:
        self._secret = secret
        self._passwords = passwords
        self._now_seconds = now_seconds

    def begin(self, name: str) -> str:
        """Returns the cookie of a new session.

        Args:
            name: A role that has a password.
        """
        expiry = round(self._now_seconds()) + SESSION_SECONDS
        body = f"{name}.{expiry}.{secrets.token_urlsafe(16)}"
        return f"{body}.{self._signature(name, body)}"

    def read(self, cookie: str) -> Visitor:
        """Returns the visitor of a cookie; `NOBODY` for one that is not valid now."""
        name, _, rest = cookie.partition(".")
        body, _, signature = cookie.rpartition(".")
        fields = cookie.split(".")
        nobody = Visitor(Role.NOBODY)
        if len(cookie) > _LONGEST or len(fields) != _FIELDS or not cookie.isascii():
            return nobody
        if self._passwords.hash_of(name) is None:
            return nobody
        if not hmac.compare_digest(signature, self._signature(name, body)):
            return nobody
        expiry, _, nonce = rest.rpartition(".")[0].partition(".")
        if int(expiry) < self._now_seconds():
            return nobody
        return Visitor(Role[name.upper()], name, nonce)

    def form_token(self, session: str) -> str:
        """Returns the token of the forms of a session, or of a visitor without one."""
        return self._mac(self._secret, f"form.{session}")

    def is_form_token(self, session: str, token: str) -> bool:
        """Returns whether a token is that of a session."""
        return token.isascii() and hmac.compare_digest(token, self.form_token(session))

    def _signature(self, name: str, body: str) -> str:
        stored = self._passwords.hash_of(name) or ""
        key = hmac.digest(self._secret, stored.encode(), "sha256")
        return self._mac(key, body)

    @staticmethod
    def _mac(key: bytes, text: str) -> str:
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def load_secret(path: Path) -> bytes:
    """Returns the secret in a file; creates it at the first start.

    Raises:
        ConfigError: The file can be neither read nor created.
    """
    try:
        try:
            secret = read_regular(path, _KEY_BYTES)
        except FileNotFoundError:
            secret = b""
        if len(secret) != _KEY_BYTES:
            secret = secrets.token_bytes(_KEY_BYTES)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            write_atomic(path, secret, mode=0o600)
    except OSError as error:
        raise ConfigError(
            f"the key of sessions {path} cannot be used: {error.strerror}",
            hint="its folder must be writable for the user that the page runs as",
        ) from error
    return secret
