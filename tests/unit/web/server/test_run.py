"""The process of the page."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from certificates import Certificates
from mosquitto import free_port, wait_until
from mqtt_subscriber import PATIENCE_SECONDS

from soundpost.errors import ConfigError
from soundpost_web.access.passwords import PasswordFile
from soundpost_web.errors import WebError
from soundpost_web.server.run import address, listening, require_protection, serve
from soundpost_web.settings import WebSettings, load_settings

NO_BROKER = "mqtt://127.0.0.1:1"
DAEMON = Path(__file__).resolve().parents[4] / "daemon"


def settings_of(**web: Any) -> WebSettings:  # noqa: ANN401 - the keys of a test
    """Returns settings with keys of the table `[web]`."""
    return load_settings(None, {"web": web, "mqtt": {"broker": NO_BROKER}})


@contextmanager
def running(folder: Path, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
    """Provides the program in a process of its own."""
    environment = os.environ | {"XDG_STATE_HOME": str(folder), "PYTHONPATH": str(DAEMON)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "soundpost_web", "--broker", NO_BROKER, *flags],
            env=environment,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def log_of(folder: Path) -> str:
    """Returns the log of the program so far."""
    return (folder / "log").read_text("utf-8")


@pytest.mark.parametrize("web", [{"address": "0.0.0.0"}, {"hosts": ["gate.example"]}])  # noqa: S104 - that is tested
def test_an_exposed_page_needs_a_password(tmp_path: Path, web: dict[str, Any]) -> None:
    """Also a public one: the first to set it would be its admin."""
    path = tmp_path / "passwords.json"
    for more in ({}, {"public": True}):
        settings = settings_of(**web, **more, password_file=str(path))
        with pytest.raises(ConfigError, match="no password") as refusal:
            require_protection(settings, PasswordFile(path))
        assert "soundpost-web password" in refusal.value.hint
    PasswordFile(path).set("admin", "loud garden gate")
    require_protection(settings, PasswordFile(path))


def test_a_page_of_this_machine_or_behind_a_proxy_needs_none(tmp_path: Path) -> None:
    """The proxy logs people in."""
    passwords = PasswordFile(tmp_path / "passwords.json")
    require_protection(settings_of(), passwords)
    proxied = settings_of(proxy_header="X-User", proxy_addresses=["10.0.0.1"], address="0.0.0.0")  # noqa: S104 - as above
    require_protection(proxied, passwords)


def test_a_port_in_use_is_an_error_with_a_hint() -> None:
    """As of another page."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = settings_of(port=other.getsockname()[1])
        with pytest.raises(WebError, match="cannot be used") as refusal, listening(settings):
            pass
    assert "web.port" in refusal.value.hint


def test_the_address_is_that_of_a_browser() -> None:
    """IPv6 has brackets."""
    assert address(settings_of(port=8000)) == "http://127.0.0.1:8000/"
    assert address(settings_of(address="::1", port=8000)) == "http://[::1]:8000/"


def test_a_certificate_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    """Before the page is served."""
    (tmp_path / "key.pem").write_text("no key", encoding="utf-8")
    key = str(tmp_path / "key.pem")
    with pytest.raises(ConfigError, match=r"web\.cert_file"):
        serve(settings_of(cert_file=key, key_file=key, port=free_port()), tmp_path)


def test_a_signal_ends_the_page_with_its_viewers(tmp_path: Path) -> None:
    """The program ends at once, with exit status 0, and without a traceback."""
    port = free_port()
    with running(tmp_path, "--port", str(port)) as process:
        wait_until(lambda: "the page is at" in log_of(tmp_path))
        viewer = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        with closing(viewer):
            viewer.request("GET", "/live/stream")
            with viewer.getresponse() as stream:
                assert stream.readline() == b"retry: 2000\n"
                process.send_signal(signal.SIGTERM)
                assert process.wait(PATIENCE_SECONDS) == 0
    assert "Traceback" not in log_of(tmp_path)
    assert "ERROR" not in log_of(tmp_path)
    assert (tmp_path / "soundpost-web" / "history.db").exists()


def test_a_signal_ends_the_page_while_a_form_is_on_its_way(tmp_path: Path) -> None:
    """Its connection is cut when its time is over, without an error in the log."""
    port = free_port()
    with running(tmp_path, "--port", str(port)) as process:
        wait_until(lambda: "the page is at" in log_of(tmp_path))
        with socket.create_connection(("127.0.0.1", port)) as client:
            head = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n"
            client.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
            assert client.recv(99).startswith(b"HTTP/1.1 100")  # the page reads the form
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_SECONDS) == 0
    assert "Traceback" not in log_of(tmp_path)
    assert "ERROR" not in log_of(tmp_path)


def test_over_tls_the_session_is_for_tls_only(tmp_path: Path, certificates: Certificates) -> None:
    """A browser sends it over no other connection."""
    port = free_port()
    folder = tmp_path / "soundpost-web"
    PasswordFile(folder / "passwords.json").set("admin", "loud garden gate")
    (tmp_path / "web.toml").write_text(
        f'[web]\ncert_file = "{certificates.path("server.crt")}"\n'
        f'key_file = "{certificates.path("server.key")}"\n',
        encoding="utf-8",
    )
    flags = ("--config", str(tmp_path / "web.toml"), "--port", str(port))
    with running(tmp_path, *flags):
        wait_until(lambda: "the page is at https://" in log_of(tmp_path))
        context = ssl.create_default_context(cafile=certificates.path("ca.crt"))
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        client = http.client.HTTPSConnection("localhost", port, context=context)
        client.request("GET", "/login")
        answer = client.getresponse()
        assert "secure" in (answer.getheader("set-cookie") or "").lower()
        client.close()
