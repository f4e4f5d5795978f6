"""The page on a loopback port, served by a thread of this process. Fixture: `make_page`."""

import http.client
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import pytest
from mosquitto import free_port, wait_until
from mqtt_subscriber import PATIENCE_SECONDS

if TYPE_CHECKING:
    from soundpost_web.server.application import Application

NO_BROKER = "mqtt://127.0.0.1:1"
PASSWORDS = {"viewer": "quiet garden gate", "admin": "loud garden gate"}
_HASHES = json.dumps(
    {
        role: f"$argon2id$v=19$m=8,t=1,p=1${salt}"
        for role, salt in (
            ("viewer", "k+IJaDWsqTT340jSqhjQOQ$bzToNoVviWpHmbmUavn9vNz+T+XM62Ahiko+nrzaZGY"),
            ("admin", "TUbmNJhQLvtzRJ7EkqpVdw$BVNfLeWL52IuK0evnn39lRp0P2pp8F5OW+gnKqGoRMA"),
        )
    }
).encode()
"""Of these passwords, with the least work that argon2 admits."""


class Answer(NamedTuple):
    """An answer of the page.

    Attributes:
        status: The status.
        headers: The headers by name in lower case.
        content: The body.
        cookies: The cookies that it sets.
        flags: The flags of these cookies, by name, in lower case.
    """

    status: int
    headers: dict[str, str]
    content: bytes
    cookies: dict[str, str]
    flags: dict[str, set[str]]

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode(errors="replace")

    @property
    def token(self) -> str:
        """The token of the first form."""
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.text)
        assert found is not None, self.text
        return found[1]


class Page:
    """A running page.

    Args:
        application: Its parts.
        port: Its port.
        folder: The folder of its state.
        stop: Ends its server.

    Attributes:
        cookies: The cookies that are sent with each request.
    """

    def __init__(
        self, application: "Application", port: int, folder: Path, stop: Callable[[], None]
    ) -> None:
        self.application = application
        self.port = port
        self.folder = folder
        self.stop = stop
        self.cookies: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Its address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def request(
        self,
        method: str,
        path: str,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Sends a request, and keeps the cookies of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        cookies, flags = dict[str, str](), dict[str, set[str]]()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                cookies[key] = rest.partition(";")[0].strip('"')
                flags[key] = {part.strip().lower() for part in rest.split(";")[1:]}
        self.cookies = {k: v for k, v in {**self.cookies, **cookies}.items() if v}
        received = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, received, content, cookies, flags)

    def get(self, path: str, **headers: str) -> Answer:
        """Requests a page; `hx_request="true"` is the header `Hx-Request`."""
        return self.request("GET", path, headers=_named(headers))

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """Sends a form, as a browser does from a page of this server."""
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url}
        return self.request("POST", path, urlencode(fields), sent | _named(headers))

    def log_in(self, name: str, password: str | None = None) -> Answer:
        """Logs in as a role."""
        token = self.get("/login").token
        word = PASSWORDS[name] if password is None else password
        return self.post("/login", {"token": token, "name": name, "password": word})

    def sessions(self) -> dict[str, dict[str, str]]:
        """Logs in as each role; returns the cookies of each, because logins are limited."""
        found = {}
        for role in ("viewer", "admin"):
            self.cookies = {}
            self.log_in(role)
            found[role] = dict(self.cookies)
        return found


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-").title(): value for name, value in headers.items()}


@contextmanager
def running_page(
    folder: Path, tables: Mapping[str, Mapping[str, Any]], *, passwords: bool = False
) -> Iterator[Page]:
    """Provides a page with a configuration.

    Args:
        folder: The folder of its state.
        tables: The configuration by table and key; without a table `mqtt` no broker answers.
        passwords: True if both roles have a password.
    """
    if passwords:
        path = folder / "passwords.json"
        path.write_bytes(_HASHES)
        path.chmod(0o600)
    # Imported here: the tests of the wheel alone have no web server.
    from soundpost_web.server.application import build_application  # noqa: PLC0415 - see above
    from soundpost_web.server.page_server import PageServer  # noqa: PLC0415 - see above
    from soundpost_web.server.run import listening, uvicorn_config  # noqa: PLC0415 - see above
    from soundpost_web.settings import load_settings  # noqa: PLC0415 - see above

    port = free_port()
    web = {"port": port, "password_file": str(folder / "passwords.json")}
    mqtt = {"broker": NO_BROKER, **tables.get("mqtt", {})}
    settings = load_settings(
        None,
        {"web": web | dict(tables.get("web", {})), "mqtt": mqtt}
        | {"review": {"store": str(folder / "review.db")}}  # not that of the person who tests
        | {name: keys for name, keys in tables.items() if name not in {"web", "mqtt"}},
    )
    application = build_application(settings, folder)
    with listening(settings) as listener:
        server = PageServer(uvicorn_config(settings, application), application.feed)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})

        def stop() -> None:
            application.feed.close_from_thread()
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)

        thread.start()
        application.subscriber.start()
        try:
            wait_until(lambda: server.started or not thread.is_alive())
            yield Page(application, port, folder, stop)
        finally:
            stop()
            application.subscriber.close()


MakePage = Callable[..., Page]


@pytest.fixture
def make_page(tmp_path: Path) -> Iterator[MakePage]:
    """Provides a factory of pages; its arguments are those of `running_page`."""
    with ExitStack() as stack:

        def make(*, passwords: bool = False, **tables: Mapping[str, Any]) -> Page:
            folder = tmp_path / "page"
            folder.mkdir(exist_ok=True)
            return stack.enter_context(running_page(folder, tables, passwords=passwords))

        yield make
