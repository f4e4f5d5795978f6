"""The names by which the page may be opened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_web.access.hosts import Hosts, host_name

HOSTS = Hosts(["Gate.Example"])


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8473",
        "127.0.0.1:8473",
        "192.168.1.7",
        "[::1]",
        "[::1]:8473",
        "gate.example",
        "GATE.example:443",
        "gate.example.",
    ],
)
def test_addresses_and_configured_names_are_known(host: str) -> None:
    """An address cannot be given to a page of another name."""
    assert HOSTS.is_known(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        ":8473",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "gate.example.evil.example",
        "gate.example:x",
        "gate.example@evil.example",
        "evil.example/gate.example",
        "localhost evil.example",
        "localhost\nevil.example",
    ],
)
def test_any_other_name_is_refused(host: str) -> None:
    """It may be that of a page that has got this address (DNS rebinding)."""
    assert not HOSTS.is_known(host)


@given(st.text(max_size=40))
def test_any_text_is_a_host_or_none(host: str) -> None:
    """Nothing is raised."""
    assert not HOSTS.is_known(host) or host_name(host)
