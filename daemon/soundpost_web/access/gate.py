"""Finds the visitor behind a request: by session, by a proxy's header, or by what is public."""

import ipaddress
import logging
from collections.abc import Mapping
from typing import NamedTuple

from soundpost.errors import ConfigError
from soundpost.system.log_once import LogOnce
from soundpost.system.printable import printable
from soundpost_web.access.passwords import PasswordFile
from soundpost_web.access.roles import Role, Visitor
from soundpost_web.access.session import Sessions
from soundpost_web.settings import WebConfig

_log = logging.getLogger("soundpost.web")

_LONGEST_NAME = 64
_FORWARDED = {"forwarded", "x-forwarded-for", "x-forwarded-host"}
"""Headers of a proxy: with one that is not configured, this machine serves others."""


class Request(NamedTuple):
    """The sender of a request, as far as the request states it.

    Attributes:
        address: The IP address of the connection.
        headers: The headers, by name in lower case; several of a name are joined by line breaks,
            which no header has, so that none of them can pass for the only one.
        session: The value of the session cookie; empty without one.
    """

    address: str
    headers: Mapping[str, str]
    session: str = ""


class Gate:
    """Decides what a visitor may see.

    Args:
        config: The table `[web]`.
        passwords: The passwords.
        sessions: The sessions.
    """

    def __init__(self, config: WebConfig, passwords: PasswordFile, sessions: Sessions) -> None:
        self._config = config
        self._passwords = passwords
        self._sessions = sessions
        self._failure = LogOnce(_log)
        self._proxies = {ipaddress.ip_address(address) for address in config.proxy_addresses}

    def visitor(self, request: Request) -> Visitor:
        """Returns the visitor of a request.

        Without passwords and without a proxy the page is open on this machine only, to be looked
        at; commands need the password of the admin.
        """
        try:
            self._passwords.load()
        except ConfigError as error:
            self._failure.fail("%s (%s)", error, error.hint)  # the passwords from before stay
        else:
            self._failure.recover()
        if self._config.proxy_header is not None:
            visitor = self._named_by_proxy(request)
        elif request.session:
            visitor = self._sessions.read(request.session)
        else:
            visitor = Visitor(Role.NOBODY)
        is_local = not self._config.is_exposed and not set(request.headers) & _FORWARDED
        is_open = self._config.public or (is_local and self._passwords.is_empty)
        if visitor.role is Role.NOBODY and is_open:
            return Visitor(Role.VIEWER)
        return visitor

    def client_address(self, request: Request) -> str:
        """Returns the address of the client, behind a proxy the one that the proxy states."""
        forwarded = request.headers.get("x-forwarded-for", "")
        if forwarded and self._is_proxy(request):
            return forwarded.rpartition(",")[2].strip()
        return plain_address(request.address)

    def is_encrypted(self, request: Request, scheme: str) -> bool:
        """Returns whether the client's connection is HTTPS, here or at the proxy."""
        proto = request.headers.get("x-forwarded-proto", "")
        return scheme == "https" or (proto == "https" and self._is_proxy(request))

    def _named_by_proxy(self, request: Request) -> Visitor:
        """Returns the visitor that the proxy names; the header of any other sender is ignored."""
        name = request.headers.get((self._config.proxy_header or "").lower(), "")
        if not name.isprintable() or not name or not self._is_proxy(request):
            return Visitor(Role.NOBODY)
        role = Role.ADMIN if name in self._config.proxy_admins else Role.VIEWER
        # Forms are bound to the name: the proxy keeps the session.
        return Visitor(role, printable(name, _LONGEST_NAME), f"proxy.{name}")

    def _is_proxy(self, request: Request) -> bool:
        try:
            return ipaddress.ip_address(plain_address(request.address)) in self._proxies
        except ValueError:  # a socket without an address
            return False


def plain_address(address: str) -> str:
    """Returns the IPv4 address that a socket of IPv6 shows as `::ffff:192.0.2.7`, else as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return address if mapped is None else str(mapped)
