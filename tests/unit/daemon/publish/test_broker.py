"""The broker's address, password file and certificates."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.config import MqttConfig
from soundpost.errors import ConfigError
from soundpost.mqtt.broker import BrokerAddress, connection_settings, load_broker_address


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
def test_an_address_has_host_and_port(url: str, host: str, port: int, shown: str) -> None:
    """Without a port the registered one of the protocol is used."""
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
def test_an_invalid_address_is_refused(url: str) -> None:
    """The hint has an example of a valid address."""
    with pytest.raises(ConfigError) as caught:
        load_broker_address(MqttConfig(broker=url))
    assert "mqtt://host:1883" in caught.value.hint


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_config_error(rest: str) -> None:
    """Garbage raises no other exception."""
    with contextlib.suppress(ConfigError):
        broker = load_broker_address(MqttConfig(broker=f"mqtt://{rest}"))
        assert broker.host
        assert 0 < broker.port < 65_536


@pytest.mark.parametrize("url", ["mqtt://me:secret-7@barn", "mqtt://me:secret-7@barn:x"])
def test_a_password_in_the_address_is_refused_and_not_repeated(url: str) -> None:
    """The password is not repeated in the error."""
    with pytest.raises(ConfigError) as caught:
        load_broker_address(MqttConfig(broker=url))
    assert "secret-7" not in str(caught.value) + caught.value.hint


def test_a_broker_is_printed_without_its_password() -> None:
    """Neither `str` nor `repr` contains it."""
    broker = BrokerAddress("barn", 1883, username="me", password="secret-7")  # noqa: S106 - an example
    assert "secret-7" not in f"{broker} {broker!r}"


@pytest.mark.parametrize(
    ("content", "mode", "expected"),
    [
        (b"secret-7\n", 0o604, "can be read by every user"),
        (b"", 0o600, "does not hold one line"),
        (b"\n", 0o600, "does not hold one line"),
        (b"one\ntwo\n", 0o600, "does not hold one line"),
        (b"\xff\xfe", 0o600, "is not text"),
    ],
)
def test_an_invalid_password_file_is_refused(
    tmp_path: Path, content: bytes, mode: int, expected: str
) -> None:
    """The error names its path, not its content."""
    path = tmp_path / "password"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(ConfigError, match=expected) as caught:
        load_broker_address(MqttConfig(username="me", password_file=str(path)))
    assert str(path) in str(caught.value)
    assert "secret-7" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (b"secret-7", "secret-7"),
        (b"secret-7\r\n", "secret-7"),
        (b"secret-7\r", "secret-7"),
        (b"secret-7 \t\n\n", "secret-7"),
        (b"\xef\xbb\xbfsecret-7\n", "secret-7"),
        (b"a secret  7\n", "a secret  7"),
        (b" secret-7\n", " secret-7"),
        ("gr\u00fc\u00dfe\u00a0\n".encode(), "gr\u00fc\u00dfe\u00a0"),
        (b"x" * 65_535, "x" * 65_535),
    ],
)
def test_what_an_editor_adds_is_no_part_of_the_password(
    tmp_path: Path, content: bytes, password: str
) -> None:
    """A byte order mark, the line ending and blanks before it; blanks elsewhere are a part."""
    path = tmp_path / "password"
    path.write_bytes(content)
    path.chmod(0o600)
    config = MqttConfig(username="me", password_file=str(path))
    assert load_broker_address(config).password == password


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (os.mkfifo, "it is a pipe"),
        (Path.mkdir, "Is a directory"),
        (lambda path: path.symlink_to("/dev/zero"), "it is a device"),
        (lambda path: path.write_bytes(b"x" * 65_536), "it is larger"),
        (lambda path: path.write_bytes("gr\u00fc\u00dfe".encode("cp1252")), "is not text in UTF-8"),
    ],
)
def test_a_password_file_of_another_kind_is_refused(
    tmp_path: Path, make: Callable[[Path], object], reason: str
) -> None:
    """The start neither waits for it nor reads it without end."""
    path = tmp_path / "password"
    make(path)
    if not path.is_symlink():
        path.chmod(0o700)
    with pytest.raises(ConfigError, match=reason):
        load_broker_address(MqttConfig(username="me", password_file=str(path)))


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_a_path_that_no_file_can_have_is_refused(name: str) -> None:
    """As any other file that cannot be read."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load_broker_address(MqttConfig(username="me", password_file=name))


def test_a_client_identifier_can_be_configured() -> None:
    """A check beside the daemon has one of its own, which begins alike."""
    config = MqttConfig(client_id="thing/7")
    address = load_broker_address(config)
    assert connection_settings(config, address, "barn").client_id == "thing/7"
    assert connection_settings(config, address, "barn", "check").client_id == "thing/7-check"


def test_the_client_identifier_of_a_run_is_its_own() -> None:
    """It names the node, and differs between two runs."""
    config = MqttConfig()
    address = load_broker_address(config)
    first, second = (connection_settings(config, address, "barn").client_id for _ in range(2))
    assert first != second
    assert first.startswith("soundpost-barn-")
    check = connection_settings(config, address, "barn", "check").client_id
    assert check.startswith("soundpost-barn-check-")


def test_a_missing_password_file_is_refused(tmp_path: Path) -> None:
    """The daemon does not connect without a password."""
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_broker_address(MqttConfig(username="me", password_file=str(tmp_path / "none")))


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o640])
def test_a_password_file_may_be_readable_by_its_group(tmp_path: Path, mode: int) -> None:
    """The packaged file, /etc/soundpost/password, belongs to root:soundpost."""
    path = tmp_path / "password"
    path.write_text("secret-7\r\n", encoding="utf-8")
    path.chmod(mode)
    broker = load_broker_address(MqttConfig(username="me", password_file=str(path)))
    assert broker.password == path.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_an_invalid_ca_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """The system's CAs are never used instead of a missing, empty or wrong file."""
    path = tmp_path / "ca.crt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be used") as caught:
        load_broker_address(MqttConfig(broker="mqtts://barn", ca_file=str(path)))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("key", ["ca_file", "cert_file"])
def test_a_pipe_is_no_certificate(tmp_path: Path, key: str) -> None:
    """The start does not wait for its other end."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(ConfigError, match="cannot be used: it is a pipe"):
        load_broker_address(MqttConfig(broker="mqtts://barn", **{key: str(path)}))  # type: ignore[arg-type]  # the key of a case
    with pytest.raises(ConfigError, match="cannot be used"):
        load_broker_address(MqttConfig(broker="mqtts://barn", **{key: "a\0b"}))  # type: ignore[arg-type]  # the key of a case


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("mqtt://localhost", {}),
        ("mqtt://127.0.0.1:1883", {}),
        ("mqtt://[::1]", {}),
        ("mqtts://broker.local", {"username": "post"}),
    ],
)
def test_commands_are_accepted_from_this_machine_or_an_authenticating_broker(
    url: str, keys: dict[str, Any]
) -> None:
    """Over TLS the broker must authenticate the node."""
    assert load_broker_address(MqttConfig(broker=url, commands=True, **keys)).host


@pytest.mark.parametrize(
    ("url", "keys", "reason"),
    [
        ("mqtt://broker.local", {"username": "post"}, "is not encrypted"),
        ("mqtt://192.168.1.2", {}, "is not encrypted"),
        ("mqtts://broker.local", {}, "does not authenticate"),
    ],
)
def test_commands_are_refused_without_encryption_or_authentication(
    url: str, keys: dict[str, Any], reason: str
) -> None:
    """A configuration with which anyone could mute the node is an error."""
    assert load_broker_address(MqttConfig(broker=url, **keys)).host
    with pytest.raises(ConfigError, match=reason):
        load_broker_address(MqttConfig(broker=url, commands=True, **keys))
