"""The role of a visitor."""

from pathlib import Path

import pytest

from soundpost_web.access.gate import Gate, Request
from soundpost_web.access.passwords import PasswordFile
from soundpost_web.access.roles import Role
from soundpost_web.access.session import Sessions
from soundpost_web.settings import WebConfig

PROXY = "10.0.0.1"


def make_gate(tmp_path: Path, *, has_password: bool = False, **keys: object) -> Gate:
    """Returns a gate with keys of the table `[web]`."""
    passwords = PasswordFile(tmp_path / "passwords.json")
    if has_password:
        passwords.set("admin", "loud garden gate")
    return Gate(
        WebConfig(**keys),  # type: ignore[arg-type]  # the keys of a test
        passwords,
        Sessions(b"s" * 32, passwords),
    )


def request(address: str = "127.0.0.1", **headers: str) -> Request:
    """Returns a request with headers, whose names have underscores for dashes."""
    return Request(address, {name.replace("_", "-"): value for name, value in headers.items()})


def test_without_a_password_this_machine_may_look(tmp_path: Path) -> None:
    """But not command."""
    assert make_gate(tmp_path).visitor(request()).role is Role.VIEWER


def test_a_proxy_that_is_not_configured_opens_nothing(tmp_path: Path) -> None:
    """The page is open for this machine, and a proxy on it serves others."""
    gate = make_gate(tmp_path)
    for header in ("x_forwarded_for", "forwarded", "x_forwarded_host"):
        assert gate.visitor(request(**{header: "192.0.2.7"})).role is Role.NOBODY


def test_with_a_password_a_session_is_needed(tmp_path: Path) -> None:
    """Also on this machine."""
    gate = make_gate(tmp_path, has_password=True)
    assert gate.visitor(request()).role is Role.NOBODY
    assert gate.visitor(request()._replace(session="admin.1.2.3")).role is Role.NOBODY


def test_an_exposed_page_is_never_open_by_itself(tmp_path: Path) -> None:
    """Its file of passwords may have been removed while it runs."""
    assert make_gate(tmp_path, address="0.0.0.0").visitor(request()).role is Role.NOBODY  # noqa: S104 - that is tested


def test_a_public_page_may_be_looked_at(tmp_path: Path) -> None:
    """By everyone, and only looked at."""
    gate = make_gate(tmp_path, has_password=True, address="0.0.0.0", public=True)  # noqa: S104 - as above
    assert gate.visitor(request("192.0.2.7")).role is Role.VIEWER


@pytest.mark.parametrize(
    ("address", "name", "role"),
    [
        (PROXY, "anna", Role.ADMIN),
        (PROXY, "bert", Role.VIEWER),
        (PROXY, "", Role.NOBODY),
        (PROXY, "bert\nanna", Role.NOBODY),
        ("10.0.0.2", "anna", Role.NOBODY),
        ("127.0.0.1", "anna", Role.NOBODY),
        ("", "anna", Role.NOBODY),
    ],
)
def test_a_named_proxy_names_the_visitor(
    tmp_path: Path, address: str, name: str, role: Role
) -> None:
    """The header of any other sender is ignored, and so are two headers."""
    gate = make_gate(
        tmp_path,
        proxy_header="X-Remote-User",
        proxy_addresses=[PROXY],
        proxy_admins=["anna"],
    )
    assert gate.visitor(request(address, x_remote_user=name)).role is role


def test_what_a_proxy_says_of_its_client_counts(tmp_path: Path) -> None:
    """From a named proxy only: the last address is the one that it has seen."""
    gate = make_gate(tmp_path, proxy_header="X-User", proxy_addresses=[PROXY])
    forwarded = {"x_forwarded_for": "1.1.1.1, 192.0.2.7", "x_forwarded_proto": "https"}
    assert gate.client_address(request(PROXY, **forwarded)) == "192.0.2.7"
    assert gate.is_encrypted(request(PROXY, **forwarded), "http")
    assert gate.client_address(request("10.0.0.2", **forwarded)) == "10.0.0.2"
    assert not gate.is_encrypted(request("10.0.0.2", **forwarded), "http")
    assert gate.is_encrypted(request(), "https")


def test_an_address_of_ipv4_is_the_same_on_a_socket_of_ipv6(tmp_path: Path) -> None:
    """Otherwise all of them would share one limit of the login, and no proxy would be found."""
    gate = make_gate(tmp_path, proxy_header="X-User", proxy_addresses=[PROXY])
    assert gate.visitor(request(f"::ffff:{PROXY}", x_user="bert")).role is Role.VIEWER
    assert gate.client_address(request("::ffff:192.0.2.7")) == "192.0.2.7"
    assert gate.client_address(request("2001:db8::7")) == "2001:db8::7"
