"""The metrics endpoint under clients that do not behave."""

import contextlib
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator

import pytest
from descriptors import no_descriptors
from mosquitto import wait_until

from soundpost.metrics import endpoint
from soundpost.metrics.endpoint import MOST_CLIENTS, MetricsServer


def app(_environ: object, start_response: object) -> list[bytes]:
    """Answers every request."""
    assert callable(start_response)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"up 1\n"]


@pytest.fixture
def server() -> Iterator[MetricsServer]:
    """Provides a server on loopback."""
    made = MetricsServer("127.0.0.1", 0, app)
    made.start()
    yield made
    made.close()


def get(port: int, host: str = "127.0.0.1") -> bytes:
    """Returns the answer to a request."""
    with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=30) as answer:
        content: bytes = answer.read()
    return content


def request_threads() -> int:
    """Returns the number of threads that answer requests."""
    return sum("process_request_thread" in thread.name for thread in threading.enumerate())


def test_half_open_requests_are_bounded_and_a_scrape_is_answered(server: MetricsServer) -> None:
    """The oldest make room; there are never more threads than clients allowed."""
    with contextlib.ExitStack() as clients:
        for _ in range(10 * MOST_CLIENTS):
            client = socket.create_connection(("127.0.0.1", server.server_port))
            clients.enter_context(client).sendall(b"GET /metrics HTTP/1.1\r\nHost: ")
            assert get(server.server_port) == b"up 1\n"
        wait_until(lambda: request_threads() <= MOST_CLIENTS)


def test_a_slow_request_ends(server: MetricsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that sends a byte again and again."""
    monkeypatch.setattr(endpoint, "REQUEST_SECONDS", 0.3)
    with (
        socket.create_connection(("127.0.0.1", server.server_port)) as silent,
        socket.create_connection(("127.0.0.1", server.server_port)) as slow,
    ):
        silent.settimeout(60)
        assert silent.recv(1) == b""
        with contextlib.suppress(ConnectionError):
            for _ in range(600):
                slow.sendall(b"G")
                time.sleep(0.1)
            pytest.fail("it was answered for a minute")
    wait_until(lambda: request_threads() == 0)


def test_a_client_that_leaves_is_not_logged(
    server: MetricsServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in the log nor on standard error."""
    for sent in (b"", b"GET / HTTP/1.1\r\n", b"\xff\x00garbage\r\n\r\n", b"G" * 70_000):
        with socket.create_connection(("127.0.0.1", server.server_port)) as client:
            client.sendall(sent)
    assert get(server.server_port) == b"up 1\n"
    wait_until(lambda: request_threads() == 0)
    assert caplog.messages == []


def test_without_free_descriptors_it_goes_on_later(
    server: MetricsServer, caplog: pytest.LogCaptureFixture
) -> None:
    """It neither ends nor takes a processor core meanwhile."""
    with socket.socket() as client, no_descriptors():
        client.connect(("127.0.0.1", server.server_port))
        wait_until(lambda: "no connection for metrics can be accepted" in caplog.text)
        before_seconds = time.process_time()
        time.sleep(1.0)
        assert time.process_time() - before_seconds < 0.8
    assert get(server.server_port) == b"up 1\n"


def test_it_serves_ipv6() -> None:
    """The address of `listen = "[::1]:9464"`."""
    server = MetricsServer("::1", 0, app)
    server.start()
    try:
        assert get(server.server_port, "[::1]") == b"up 1\n"
    finally:
        server.close()
