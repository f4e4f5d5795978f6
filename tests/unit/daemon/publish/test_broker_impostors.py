"""What answers where a broker should, and is none."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mosquitto import free_port
from probe_failures import probe_refusal

from soundpost.publish import connection as mqtt


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The URL of something that answers every caller with the same bytes, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                with caller:
                    caller.recv(4096)
                    caller.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"mqtt://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def test_a_probe_says_when_nobody_listens() -> None:
    """The port is named, and what to do."""
    error = probe_refusal(f"mqtt://127.0.0.1:{(port := free_port())}")
    assert str(error) == f"nobody listens at mqtt://127.0.0.1:{port}"
    assert "start the broker" in error.hint


def test_a_host_that_does_not_exist_is_told() -> None:
    """A name under .invalid never resolves (RFC 6761)."""
    error = probe_refusal("mqtt://broker.invalid")
    assert "mqtt://broker.invalid:1883: no such host" in str(error)
    assert "mqtt.broker" in error.hint


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", id="ssh"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="http"),
        pytest.param(bytes([0x20, 0xFF, 0xFF, 0xFF, 0x7F]), id="an endless packet"),
    ],
)
def test_what_is_no_mqtt_5_broker_is_told(answer: bytes) -> None:
    """Whatever it answers instead."""
    with answering(answer) as url:
        error = probe_refusal(url)
    assert f"{url} does not answer as an MQTT 5 broker" in str(error)


def test_a_broker_too_old_for_mqtt_5_is_told() -> None:
    """It refuses in the words of MQTT 3.1.1: CONNACK with return code 1."""
    with answering(bytes([0x20, 2, 0, 1])) as url:
        error = probe_refusal(url)
    assert str(error) == f"{url} refuses the connection: Unsupported protocol version"
    assert "MQTT 5" in error.hint


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=64) | st.builds(bytes.__add__, st.just(b"\x20\x03\0\0\0"), st.binary()))
def test_no_answer_whatever_makes_anything_but_a_publish_error(answer: bytes) -> None:
    """Random bytes, with or without a welcome before them, end in words for a person."""
    with answering(answer) as url:
        assert probe_refusal(url).hint


def test_silence_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something that takes the call and never says a word does not hold anybody up."""
    monkeypatch.setattr(mqtt, "_CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        error = probe_refusal(f"mqtt://127.0.0.1:{mute.getsockname()[1]}")
    assert "silent for" in str(error)
