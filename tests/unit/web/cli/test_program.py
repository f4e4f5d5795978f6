"""The program `soundpost-web`."""

import io
import json
from pathlib import Path

import pytest

from soundpost import __version__
from soundpost.errors import ConfigError
from soundpost_web.access.passwords import PasswordFile
from soundpost_web.access.roles import Role
from soundpost_web.cli import ask, main
from soundpost_web.errors import WebError


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provides the folder of the state."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    return tmp_path / "soundpost-web"


def test_a_password_is_set_from_a_pipe(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For the admin unless another role is named."""
    for arguments, name, role in (
        (["password"], "admin", Role.ADMIN),
        (["password", "viewer"], "viewer", Role.VIEWER),
    ):
        monkeypatch.setattr("sys.stdin", io.StringIO("loud garden gate\n"))
        assert main(arguments) == 0
        assert f"The password of {name} is set" in capsys.readouterr().out
        passwords = PasswordFile(state / "passwords.json")
        passwords.load()
        assert passwords.verify(name, "loud garden gate") is role
    assert set(json.loads((state / "passwords.json").read_bytes())) == {"admin", "viewer"}


@pytest.mark.parametrize("is_behind", [False, True])
@pytest.mark.usefixtures("state")
def test_a_password_lies_in_the_file_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_behind: bool
) -> None:
    """The flag may stand before the command, or behind it."""
    path, passwords = tmp_path / "web.toml", tmp_path / "own.json"
    path.write_text(f'[web]\npassword_file = "{passwords}"\n', encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("loud garden gate\n"))
    flag = ["--config", str(path)]
    assert main(["password", "viewer", *flag] if is_behind else [*flag, "password", "viewer"]) == 0
    assert set(json.loads(passwords.read_bytes())) == {"viewer"}


def test_a_password_that_is_too_short_is_refused(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the exit status of a wrong configuration."""
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(["password"]) == ConfigError.exit_status
    assert not (state / "passwords.json").exists()


def test_a_password_is_typed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, which does not show it."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    typed = iter(["one password", "one password", "one password", "another"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    assert ask.ask_password("admin", Terminal()) == "one password"
    with pytest.raises(WebError, match="differ"):
        ask.ask_password("admin", Terminal())


@pytest.mark.parametrize(
    ("text", "message"),
    [("[web]\nadress = '::1'\n", "unknown key web.adress"), ("[web\n", "is not TOML")],
)
@pytest.mark.usefixtures("state")
def test_a_wrong_configuration_is_one_line_with_a_hint(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, message: str
) -> None:
    """The service is not started again."""
    path = tmp_path / "web.toml"
    path.write_text(text, encoding="utf-8")
    assert main(["--config", str(path)]) == 78
    assert message in caplog.text
    assert "hint: " in caplog.text


@pytest.mark.usefixtures("state")
def test_a_page_for_others_without_a_password_does_not_start(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The hint is the command that sets one."""
    assert main(["--address", "0.0.0.0"]) == 78  # noqa: S104 - that is tested
    assert "soundpost-web password" in caplog.text


def test_the_version_is_that_of_the_daemon(capsys: pytest.CaptureFixture[str]) -> None:
    """Both are one wheel."""
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"soundpost-web {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["--adress", "0.0.0.0"], "--address"),  # noqa: S104 - it is never used
        (["--brocker=mqtt://hub"], "--broker"),
        (["pasword"], "password"),
        (["password", "admn"], "admin"),
    ],
)
def test_a_misspelt_word_names_the_nearest_one(
    arguments: list[str], near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the exit status of a wrong command line."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"hint: did you mean {near}?\n")
