"""The file of passwords."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from soundpost.errors import ConfigError
from soundpost_web.access.passwords import PasswordFile
from soundpost_web.access.roles import Role


@pytest.fixture
def passwords(tmp_path: Path) -> PasswordFile:
    """Provides an empty file of passwords."""
    return PasswordFile(tmp_path / "state" / "passwords.json")


def test_a_password_gives_its_role(passwords: PasswordFile) -> None:
    """And no other one does."""
    passwords.set("admin", "loud garden gate")
    passwords.set("viewer", "quiet garden gate")
    assert passwords.verify("admin", "loud garden gate") is Role.ADMIN
    assert passwords.verify("viewer", "quiet garden gate") is Role.VIEWER
    for name, word in [
        ("viewer", "loud garden gate"),
        ("admin", ""),
        ("admin", "loud garden gate "),
        ("root", "loud garden gate"),
        ("nobody", "nobody"),
        ("", ""),
    ]:
        assert passwords.verify(name, word) is Role.NOBODY, (name, word)


def test_a_role_without_a_password_cannot_log_in(passwords: PasswordFile) -> None:
    """Not even with the word that takes as long to verify."""
    passwords.set("admin", "loud garden gate")
    assert passwords.verify("viewer", "nobody") is Role.NOBODY


def test_only_its_owner_reads_the_file(passwords: PasswordFile) -> None:
    """And it has no password in it."""
    passwords.set("admin", "loud garden gate")
    assert passwords.path.stat().st_mode & 0o777 == 0o600
    assert "garden" not in passwords.path.read_text(encoding="utf-8")
    assert "$argon2id$" in passwords.path.read_text(encoding="utf-8")


def test_a_file_that_others_can_read_is_refused(passwords: PasswordFile) -> None:
    """The hint is the command that repairs it."""
    passwords.set("admin", "loud garden gate")
    passwords.path.chmod(0o644)
    with pytest.raises(ConfigError, match="can be read by other users") as refusal:
        PasswordFile(passwords.path).load()
    assert refusal.value.hint == f"chmod 600 {passwords.path}"


def test_a_new_password_needs_no_restart(passwords: PasswordFile) -> None:
    """The page reads the file again when it has changed."""
    passwords.set("admin", "loud garden gate")
    running = PasswordFile(passwords.path)
    running.load()
    passwords.set("admin", "another garden gate")
    running.load()
    assert running.verify("admin", "another garden gate") is Role.ADMIN
    passwords.path.unlink()
    running.load()
    assert running.is_empty


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"admin": 1}', b"x" * 20_000])
def test_a_file_of_something_else_is_refused(passwords: PasswordFile, content: bytes) -> None:
    """A page without its passwords would be open."""
    passwords.path.parent.mkdir()
    passwords.path.write_bytes(content)
    passwords.path.chmod(0o600)
    with pytest.raises(ConfigError, match="cannot be read"):
        passwords.load()


def test_a_hash_that_is_none_admits_no_one(passwords: PasswordFile) -> None:
    """A person has typed a password into the file."""
    passwords.path.parent.mkdir()
    passwords.path.write_text('{"admin": "loud garden gate"}', encoding="utf-8")
    passwords.path.chmod(0o600)
    passwords.load()
    assert passwords.verify("admin", "loud garden gate") is Role.NOBODY


@pytest.mark.parametrize(
    ("role", "word"), [("admin", "short"), ("admin", "x" * 1_001), ("root", "x" * 9)]
)
def test_a_bad_choice_is_refused(passwords: PasswordFile, role: str, word: str) -> None:
    """Nothing is written."""
    with pytest.raises(ConfigError):
        passwords.set(role, word)
    assert not passwords.path.exists()


def test_a_hash_costs_what_owasp_asks_for(passwords: PasswordFile) -> None:
    """Argon2id with 19 MiB, two passes, one lane."""
    passwords.set("admin", "loud garden gate")
    stored = passwords.hash_of("admin") or ""
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not PasswordHasher(2, 19_456, 1).check_needs_rehash(stored)
