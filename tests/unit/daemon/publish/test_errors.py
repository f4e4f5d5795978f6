"""Errors for hosts without a broker, and for servers that are no MQTT 5 broker."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mosquitto import free_port
from probe_failures import probe_refusal

from soundpost.mqtt.connection import handshake


@contextmanager
def server(reply: bytes) -> Iterator[str]:
    """Provides the URL of a server that sends the same bytes to every client, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    client.recv(4096)
                    client.sendall(reply)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"mqtt://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def test_a_closed_port_is_reported() -> None:
    """The error names the address, and the hint what to do."""
    error = probe_refusal(f"mqtt://127.0.0.1:{(port := free_port())}")
    assert str(error) == f"no broker is listening at mqtt://127.0.0.1:{port}"
    assert "start the broker" in error.hint


def test_a_host_that_does_not_exist_is_reported() -> None:
    """A name under .invalid never resolves (RFC 6761)."""
    error = probe_refusal("mqtt://broker.invalid")
    assert "mqtt://broker.invalid:1883: no such host" in str(error)
    assert "mqtt.broker" in error.hint


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", id="ssh"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="http"),
        pytest.param(bytes([0x20, 0xFF, 0xFF, 0xFF, 0x7F]), id="an endless packet"),
    ],
)
def test_a_server_of_another_protocol_is_reported(reply: bytes) -> None:
    """Any reply but CONNACK is reported as no MQTT 5 broker."""
    with server(reply) as url:
        error = probe_refusal(url)
    assert f"{url} does not answer as an MQTT 5 broker" in str(error)


def test_a_broker_without_mqtt_5_is_reported() -> None:
    """It sends CONNACK with return code 1, as MQTT 3.1.1 demands."""
    with server(bytes([0x20, 2, 0, 1])) as url:
        error = probe_refusal(url)
    assert str(error) == f"{url} refuses the connection: Unsupported protocol version"
    assert "MQTT 5" in error.hint


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=64) | st.builds(bytes.__add__, st.just(b"\x20\x03\0\0\0"), st.binary()))
def test_any_reply_ends_in_a_publish_error(reply: bytes) -> None:
    """Random bytes, with or without CONNACK before them, raise an error with a hint."""
    with server(reply) as url:
        assert probe_refusal(url).hint


def test_a_silent_server_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that accepts the connection and sends nothing causes a time-out."""
    monkeypatch.setattr(handshake, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = probe_refusal(f"mqtt://127.0.0.1:{silent.getsockname()[1]}")
    assert "silent for" in str(error)
