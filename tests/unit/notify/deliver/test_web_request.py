"""One HTTP request, with a real server."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from certificates import Certificates
from http_receiver import HttpReceiver
from tcp_servers import scripted_server, trickling_server

from soundpost.errors import ConfigError
from soundpost_notify.deliver import web_request
from soundpost_notify.deliver.outcome import DeliveryError, RefusedError
from soundpost_notify.deliver.web_request import WebRequest, send_request, web_address

REQUEST = WebRequest("POST", {"X-Room": "1"}, b"{}", "/hook")


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpReceiver]:
    """Provides a server."""
    server = HttpReceiver(tmp_path_factory.mktemp("service")).start()
    yield server
    server.kill()


def send(url: str, ca_file: str | None = None) -> None:
    """Sends a request."""
    send_request(web_address("[webhook.x]", url, ca_file), REQUEST)


def test_a_request_arrives_as_it_is(receiver: HttpReceiver) -> None:
    """With the path and the query of the address."""
    receiver.answer("200")
    send(f"{receiver.url}/base/?key=a%20b")
    request = receiver.requests()[-1]
    assert (request.method, request.body, request.headers["x-room"]) == ("POST", b"{}", "1")
    assert request.path == "/base/hook?key=a%20b"


@pytest.mark.parametrize("mode", ["401", "404", "429", "500", "503", "302", "cut"])
def test_what_may_pass_is_tried_again(receiver: HttpReceiver, mode: str) -> None:
    """A person may correct a token or an address meanwhile."""
    receiver.answer(mode)
    with pytest.raises(DeliveryError) as error:
        send(f"{receiver.url}/secret-path")
    assert "secret-path" not in str(error.value)
    assert str(receiver.port) in str(error.value)


@pytest.mark.parametrize("mode", ["400", "410", "413", "422"])
def test_what_will_never_pass_is_refused(receiver: HttpReceiver, mode: str) -> None:
    """With the answer of the service."""
    receiver.answer(mode)
    with pytest.raises(RefusedError, match=rf"answers {mode}: \{{\}}"):
        send(receiver.url)


@pytest.mark.parametrize(
    ("mode", "seconds"),
    [("429 7", 7.0), ("503 99999", 3_600.0), ("429 soon", 0.0), ("429 -1", 0.0)],
)
def test_the_service_says_when_to_try_again(
    receiver: HttpReceiver, mode: str, seconds: float
) -> None:
    """For an hour at most; what is no number of seconds does not count."""
    receiver.answer(mode)
    with pytest.raises(DeliveryError) as error:
        send(receiver.url)
    assert error.value.retry_seconds == seconds


def test_a_port_without_a_server_may_pass() -> None:
    """It is named."""
    with pytest.raises(DeliveryError, match=r"http://127\.0\.0\.1:1 does not answer: .*refused"):
        send("http://127.0.0.1:1")


def test_a_server_of_another_protocol_may_pass() -> None:
    """Its answer is shown as far as it is printable."""
    with scripted_server(b"\x1b[2J\r\n") as (port, _), pytest.raises(DeliveryError) as error:
        send(f"http://127.0.0.1:{port}")
    assert str(error.value).isprintable()


def test_a_server_that_trickles_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, the whole does not."""
    monkeypatch.setattr(web_request, "LONGEST_SECONDS", 0.3)
    with trickling_server(b"HTTP/1.1 ") as url, pytest.raises(DeliveryError):
        send(url.replace("mqtt:", "http:"))


def test_a_server_that_hangs_is_left(
    receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while without a byte."""
    monkeypatch.setattr(web_request, "SILENT_SECONDS", 0.2)
    receiver.answer("hang")
    with pytest.raises(DeliveryError, match="timed out"):
        send(receiver.url)


def test_a_certificate_is_verified(certificates: Certificates) -> None:
    """By the authority that the target names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.path("server.crt"), certificates.path("server.key"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Accepting)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    url = f"https://localhost:{server.server_address[1]}"
    try:
        send(url, certificates.path("ca.crt"))
        for ca_file in (None, certificates.path("other.crt")):
            with pytest.raises(DeliveryError, match="certificate verify failed"):
                send(url, ca_file)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_wrong_address_or_certificate_is_an_error_of_the_configuration(tmp_path: Path) -> None:
    """At the start."""
    with pytest.raises(ConfigError, match="expected a port below"):
        web_address("[ntfy.x]", "http://gate:99999", None)
    with pytest.raises(ConfigError, match=r"\[ntfy\.x\] ca_file .* cannot be used"):
        web_address("[ntfy.x]", "https://gate", str(tmp_path / "none"))


class _Accepting(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Logs nothing."""
