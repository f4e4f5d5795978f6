"""Sessions and the tokens of forms."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from manual_clock import ManualClock

from soundpost.errors import ConfigError
from soundpost_web.access.passwords import PasswordFile
from soundpost_web.access.roles import Role
from soundpost_web.access.session import SESSION_SECONDS, Sessions, load_secret

SECRET = b"s" * 32


class Hashes(PasswordFile):
    """Hashes without their work: a session needs them only to be ended by a new password.

    Attributes:
        hashes: By the name of the role.
    """

    def __init__(self) -> None:
        super().__init__(Path("/dev/null"))
        self.hashes = {"admin": "hash of a", "viewer": "hash of v"}

    def hash_of(self, name: str) -> str | None:
        """Returns the hash of a role."""
        return self.hashes.get(name)


@pytest.fixture
def hashes() -> Hashes:
    """Provides hashes for both roles."""
    return Hashes()


@pytest.fixture
def clock() -> ManualClock:
    """Provides the clock of the sessions."""
    return ManualClock()


@pytest.fixture
def sessions(hashes: Hashes, clock: ManualClock) -> Sessions:
    """Provides sessions."""
    return Sessions(SECRET, hashes, now_seconds=clock)


@pytest.mark.parametrize(("name", "role"), [("admin", Role.ADMIN), ("viewer", Role.VIEWER)])
def test_a_session_gives_its_role(sessions: Sessions, name: str, role: Role) -> None:
    """Each one is another."""
    first, second = sessions.read(sessions.begin(name)), sessions.read(sessions.begin(name))
    assert (first.role, first.name) == (role, name)
    assert first.session != second.session


def test_a_session_ends(sessions: Sessions, clock: ManualClock) -> None:
    """After two weeks."""
    cookie = sessions.begin("admin")
    clock.seconds += SESSION_SECONDS - 1
    assert sessions.read(cookie).role is Role.ADMIN
    clock.seconds += 2
    assert sessions.read(cookie).role is Role.NOBODY


def test_a_new_password_ends_the_sessions_of_its_role(sessions: Sessions, hashes: Hashes) -> None:
    """Those of the other role go on."""
    admin, viewer = sessions.begin("admin"), sessions.begin("viewer")
    hashes.hashes["admin"] = "another hash"
    assert sessions.read(admin).role is Role.NOBODY
    assert sessions.read(viewer).role is Role.VIEWER
    del hashes.hashes["viewer"]
    assert sessions.read(viewer).role is Role.NOBODY


def test_another_secret_signs_no_session(sessions: Sessions, hashes: Hashes) -> None:
    """As that of another page."""
    assert Sessions(b"t" * 32, hashes).read(sessions.begin("admin")).role is Role.NOBODY


def test_a_changed_session_is_none(sessions: Sessions) -> None:
    """Whatever part of it is changed."""
    cookie = sessions.begin("viewer")
    name, expiry, nonce, signature = cookie.split(".")
    for forged in (
        f"admin.{expiry}.{nonce}.{signature}",
        f"{name}.{int(expiry) + 1}.{nonce}.{signature}",
        f"{name}.{expiry}.x{nonce}.{signature}",
        f"{name}.{expiry}.{nonce}.{signature[:-1]}",
        f"{name}.{expiry}.{nonce}.",
        cookie + ".",
        cookie.upper(),
    ):
        assert sessions.read(forged).role is Role.NOBODY


@given(st.text(max_size=400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cookie_is_a_session_or_none(sessions: Sessions, cookie: str) -> None:
    """Nothing is raised."""
    assert sessions.read(cookie).role is Role.NOBODY
    assert sessions.read(f"admin.{cookie}").role is Role.NOBODY


def test_a_token_belongs_to_one_session(sessions: Sessions) -> None:
    """No other session, and no other page, can send the form."""
    token = sessions.form_token("a")
    assert sessions.is_form_token("a", token)
    assert not sessions.is_form_token("b", token)
    assert not sessions.is_form_token("a", token[:-1])
    assert not sessions.is_form_token("a", "ä")


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    """Sessions go on after a restart."""
    path = tmp_path / "state" / "session-key"
    secret = load_secret(path)
    assert (len(secret), load_secret(path)) == (32, secret)
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"cut")
    assert len(load_secret(path)) == 32


def test_a_secret_that_cannot_be_stored_is_an_error(tmp_path: Path) -> None:
    """Every restart would end all sessions."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="key of sessions"):
        load_secret(tmp_path / "file" / "key")
