"""Checks every request before any page sees it, and adds the headers of a safe answer."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from soundpost_web.access.gate import Gate, Request
from soundpost_web.access.hosts import Hosts, host_name
from soundpost_web.access.roles import Role
from soundpost_web.access.session import COOKIE, FORM_COOKIE

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[Scope, int, str], App]

LARGEST_BODY_BYTES = 65_536
OPEN_PATHS = (
    *("/login", "/logout", "/alive", "/offline", "/service-worker.js"),
    "/manifest.webmanifest",
)
STATIC = "/static/"
STREAMS = ("/live/stream", "/node/live/stream")
_READING = {"GET", "HEAD"}
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    b"media-src 'self'; manifest-src 'self'; connect-src 'self'; "
    b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_PERMISSIONS = b"camera=(), geolocation=(), microphone=(%s), payment=(), usb=()"
_NEVER_STORED = (b"cache-control", b"no-store")
_STORED = (b"cache-control", b"public, max-age=31536000, immutable")
"""Of static files, whose addresses change with their content."""


class Guard:
    """Wraps the pages: a request reaches them only with a known host and a sufficient role.

    Everything but the login and the static files needs the role of a viewer, also an address that
    does not exist; a page may need more (`soundpost_web.server.routes`).

    Args:
        app: The pages.
        hosts: The names of the page.
        gate: Finds the visitor.
        refuse: Makes the answer to a refused request, of its status and the name of a text.
        largest_bodies: The size of the largest body by path, where it is another one than that of
            a form. A page of such a path may record sound.
    """

    def __init__(
        self,
        app: App,
        hosts: Hosts,
        gate: Gate,
        refuse: Refuse,
        largest_bodies: Mapping[str, int],
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._gate = gate
        self._refuse = refuse
        self._largest_bodies = largest_bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles a request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                is_static = scope["path"].startswith(STATIC) and message["status"] == 200  # noqa: PLR2004 - OK
                storing = _STORED if is_static else _NEVER_STORED
                recording = b"self" if scope["path"] in self._largest_bodies else b""
                permissions = (b"permissions-policy", _PERMISSIONS % recording)
                headers = [*message.get("headers", []), *_HEADERS, permissions, storing]
                if message["status"] == 413:  # noqa: PLR2004 - what is too large is not read
                    headers.append((b"connection", b"close"))
                message = {**message, "headers": headers}
            await send(message)

        await self._choose(scope)(scope, receive, send_safely)

    def _choose(self, scope: Scope) -> App:
        """Returns the pages, or the answer to a request that is refused."""
        headers = _joined(scope["headers"])
        cookies = _cookies(headers.get("cookie", ""))
        address = scope["client"][0] if scope.get("client") else ""
        request = Request(address, headers, cookies.get(COOKIE, ""))
        visitor = self._gate.visitor(request)
        state = scope.setdefault("state", {})
        state["visitor"] = visitor
        state["form_cookie"] = cookies.get(FORM_COOKIE, "")
        state["client_address"] = self._gate.client_address(request)
        state["is_encrypted"] = self._gate.is_encrypted(request, scope["scheme"])
        if not self._hosts.is_known(headers.get("host", "")):
            return self._refuse(scope, 421, "host")
        if scope["method"] not in _READING and not _is_own_origin(headers):
            return self._refuse(scope, 403, "form")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._largest_body(scope):
            return self._refuse(scope, 413, "too_large")
        path = scope["path"]
        if path in OPEN_PATHS or path.startswith(STATIC) or visitor.role >= Role.VIEWER:
            return self._app
        return self._refuse(scope, 401, "login")

    def _largest_body(self, scope: Scope) -> int:
        return self._largest_bodies.get(scope["path"], LARGEST_BODY_BYTES)


def _is_own_origin(headers: MutableMapping[str, str]) -> bool:
    """Returns whether a request that changes something was sent by a page of this server.

    Every browser of today sends `Origin` with such a request, and `Sec-Fetch-Site`.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    own, other = host_name(headers.get("host", "")), urlsplit(origin)
    return own is not None and other.netloc.lower() == headers.get("host", "").lower()


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Returns headers by name; several of a name are joined by line breaks, which none has."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}\n{value}" if name in joined else value
    return joined


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}
