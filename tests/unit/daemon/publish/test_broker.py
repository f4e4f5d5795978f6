"""The broker as the configuration names it."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.config import MqttConfig
from soundpost.errors import ConfigError
from soundpost.publish.broker import BrokerAddress, load_broker_address


@pytest.mark.parametrize(
    ("url", "host", "port", "shown"),
    [
        ("mqtt://barn", "barn", 1883, "mqtt://barn:1883"),
        ("mqtt://barn:1884", "barn", 1884, "mqtt://barn:1884"),
        ("mqtt://barn/", "barn", 1883, "mqtt://barn:1883"),
        ("mqtts://barn.example", "barn.example", 8883, "mqtts://barn.example:8883"),
        ("mqtts://192.0.2.7:1", "192.0.2.7", 1, "mqtts://192.0.2.7:1"),
        ("mqtt://[::1]:1883", "::1", 1883, "mqtt://[::1]:1883"),
    ],
)
def test_an_address_names_host_and_port(url: str, host: str, port: int, shown: str) -> None:
    """Without a port it is the registered one of the protocol."""
    broker = load_broker_address(MqttConfig(broker=url))
    assert (broker.host, broker.port, str(broker)) == (host, port, shown)
    assert (broker.tls is not None) == url.startswith("mqtts:")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "barn",
        "barn:1883",
        "http://barn",
        "mqtt://",
        "mqtt://:1883",
        "mqtt://barn:0",
        "mqtt://barn:65536",
        "mqtt://barn:port",
        "mqtt://barn/topic",
        "mqtt://barn?x=1",
        "mqtt://[::1",
        "mqtt://a b",
        "mqtt://a\0b",
        "mqtt://a..b",
        "mqtt://" + "a" * 64,
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """Before anything is tried, with an example of how to write it."""
    with pytest.raises(ConfigError) as caught:
        load_broker_address(MqttConfig(broker=url))
    assert "mqtt://host:1883" in caught.value.hint


@given(st.text(max_size=40))
def test_no_text_makes_anything_but_a_broker_or_a_config_error(rest: str) -> None:
    """Garbage is refused in words, never with a traceback."""
    with contextlib.suppress(ConfigError):
        broker = load_broker_address(MqttConfig(broker=f"mqtt://{rest}"))
        assert broker.host
        assert 0 < broker.port < 65_536


@pytest.mark.parametrize("url", ["mqtt://me:secret-7@barn", "mqtt://me:secret-7@barn:x"])
def test_a_password_in_the_address_is_refused_and_not_repeated(url: str) -> None:
    """It would be shown wherever the address is."""
    with pytest.raises(ConfigError) as caught:
        load_broker_address(MqttConfig(broker=url))
    assert "secret-7" not in str(caught.value) + caught.value.hint


def test_a_broker_is_printed_without_its_password() -> None:
    """Neither as text nor in a traceback's locals."""
    broker = BrokerAddress("barn", 1883, username="me", password="secret-7")  # noqa: S106 - made up here
    assert "secret-7" not in f"{broker} {broker!r}"


@pytest.mark.parametrize(
    ("content", "mode", "expected"),
    [
        (b"secret-7\n", 0o604, "can be read by everybody"),
        (b"", 0o600, "does not hold one line"),
        (b"\n", 0o600, "does not hold one line"),
        (b"one\ntwo\n", 0o600, "does not hold one line"),
        (b"\xff\xfe", 0o600, "is not text"),
    ],
)
def test_a_password_file_that_will_not_do_is_refused(
    tmp_path: Path, content: bytes, mode: int, expected: str
) -> None:
    """With its path, and without what it holds."""
    path = tmp_path / "password"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(ConfigError, match=expected) as caught:
        load_broker_address(MqttConfig(username="me", password_file=str(path)))
    assert str(path) in str(caught.value)
    assert "secret-7" not in str(caught.value)


def test_a_password_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Rather than connecting without a password."""
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_broker_address(MqttConfig(username="me", password_file=str(tmp_path / "none")))


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o640])
def test_a_password_file_may_belong_to_a_group(tmp_path: Path, mode: int) -> None:
    """As /etc/soundpost/password does, root:soundpost."""
    path = tmp_path / "password"
    path.write_text("secret-7\r\n", encoding="utf-8")
    path.chmod(mode)
    broker = load_broker_address(MqttConfig(username="me", password_file=str(path)))
    assert broker.password == path.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_ca_file_that_will_not_do_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Absent, empty or something else: never the system's authorities in its place."""
    path = tmp_path / "ca.crt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be used") as caught:
        load_broker_address(MqttConfig(broker="mqtts://barn", ca_file=str(path)))
    assert str(path) in str(caught.value)
