"""The configuration of the page."""

from pathlib import Path

import pytest

from soundpost.errors import ConfigError
from soundpost_web.settings import WebSettings, load_settings
from soundpost_web.settings.load import state_folder


def load(tmp_path: Path, text: str) -> WebSettings:
    """Returns the configuration in a text."""
    path = tmp_path / "web.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, {})


def test_without_a_file_the_page_is_open_on_this_machine_only() -> None:
    """It listens on loopback, for names of this machine."""
    web = load_settings(None, {}).web
    assert (web.address, web.is_exposed, web.public) == ("127.0.0.1", False, False)


@pytest.mark.parametrize(
    "table",
    [
        'address = "0.0.0.0"',
        'address = "::"',
        'hosts = ["gate.example"]',
        'proxy_header = "X-User"\nproxy_addresses = ["127.0.0.1"]',
    ],
)
def test_a_page_is_exposed_if_other_machines_reach_it(tmp_path: Path, table: str) -> None:
    """Also behind a proxy on this machine, of which a name or a header tells."""
    assert load(tmp_path, f"[web]\n{table}\n").web.is_exposed


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "[web]\nadress = '::'\n",
            r"line 2: unknown key web\.adress",
            r"did you mean web\.address",
        ),
        ("[mqtt]\noutbox = 'x'\n", r"unknown key mqtt\.outbox", "known: "),
        ("[web]\nport = 0\n", r"web\.port: expected .* got 0", "docs/WEB.md"),
        ("[web]\naddress = 'localhost'\n", "which is no IP address", "go together"),
        ("[web]\nproxy_header = 'X-User'\n", "proxy_header and proxy_addresses", "go together"),
        ("[web]\nproxy_admins = ['a']\n", "proxy_admins is set without", "go together"),
        ("[web]\ncert_file = 'a'\n", "cert_file and key_file", "go together"),
        ("[web]\nzone = 'Europe/Atlantis'\n", "time zone 'Europe/Atlantis'", "go together"),
        ("[zones]\ngate = 'Mars'\n", "time zone 'Mars'", "go together"),
        ("[mqtt]\npassword_file = 'a'\n", "password_file is set without username", "go together"),
        ("[history]\nmegabytes = 1\n", r"history\.megabytes", "docs/WEB.md"),
    ],
)
def test_a_wrong_value_is_refused(tmp_path: Path, text: str, message: str, hint: str) -> None:
    """The error names the key, and the hint the remedy."""
    with pytest.raises(ConfigError, match=message) as refusal:
        load(tmp_path, text)
    assert hint.replace("\\", "") in refusal.value.hint
    assert refusal.value.exit_status == 78


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    """Other keys of the table stay."""
    path = tmp_path / "web.toml"
    path.write_text("[web]\nport = 1000\nviewers = 5\n", encoding="utf-8")
    web = load_settings(path, {"web": {"port": 2000}}).web
    assert (web.port, web.viewers) == (2000, 5)


def test_a_path_may_begin_with_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a shell."""
    monkeypatch.setenv("HOME", "/home/anna")
    assert load(tmp_path, "[history]\nfile = '~/h.db'\n").history.file == "/home/anna/h.db"


def test_the_state_lies_where_systemd_says_else_with_the_user() -> None:
    """XDG_STATE_HOME moves it."""
    assert state_folder({"STATE_DIRECTORY": "/var/lib/soundpost-web"}) == Path(
        "/var/lib/soundpost-web"
    )
    assert state_folder({"XDG_STATE_HOME": "/x"}) == Path("/x/soundpost-web")
