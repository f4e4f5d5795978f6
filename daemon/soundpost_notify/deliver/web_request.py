"""One HTTP request: bounded in time and size, without redirects; its errors hold no secret."""

import http.client
import re
import ssl
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from soundpost import __version__
from soundpost.errors import ConfigError
from soundpost.system.printable import printable
from soundpost_notify.deliver.cut_off import LONGEST_SECONDS, SILENT_SECONDS, cut_off
from soundpost_notify.deliver.outcome import DeliveryError, RefusedError
from soundpost_notify.deliver.tls import tls_context

_LARGEST_ANSWER_BYTES = 16_384
_LONGEST_REASON = 200
"""Characters of an answer that the history keeps."""
_LONGEST_RETRY_SECONDS = 3_600.0
"""A service that asks for a longer pause is tried again after this one."""
_SUCCESS = range(200, 300)
_REDIRECT = range(300, 400)
_SERVER_ERROR = 500
_MAY_PASS = {401, 403, 404, 407, 408, 421, 423, 425, 429}
"""The request may succeed later: a person corrects a token or an address, or the load is over."""


class WebAddress(NamedTuple):
    """The address of a service; printing it shows its host only.

    Attributes:
        host: The host.
        port: The port; None for that of the scheme.
        path: The path, without a slash at its end.
        query: The query with its question mark; empty without one.
        tls: The context of TLS; None for http.
    """

    host: str
    port: int | None
    path: str
    query: str
    tls: ssl.SSLContext | None

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"{'https' if self.tls else 'http'}://{self.host}{port}"


class WebRequest(NamedTuple):
    """A request.

    Attributes:
        method: The method.
        headers: The headers, of ASCII.
        body: The body.
        path: The path below that of the address; empty for the address itself.
    """

    method: str
    headers: Mapping[str, str]
    body: bytes
    path: str = ""


def web_address(where: str, url: str, ca_file: str | None) -> WebAddress:
    """Returns the address of a URL.

    Args:
        where: The name of its table, for errors.
        url: The URL, as `settings.targets.WebUrl` has it.
        ca_file: The certificate of an authority of one's own; None for those of the system.

    Raises:
        ConfigError: The port is no port, or the certificate cannot be used.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise ConfigError(
            f"{where}: expected a port below 65,536 in the address", hint="as https://host:8443/"
        ) from error
    tls = tls_context(where, ca_file) if parts.scheme == "https" else None
    query = f"?{parts.query}" if parts.query else ""
    return WebAddress(parts.hostname or "", port, parts.path.removesuffix("/"), query, tls)


def send_request(address: WebAddress, request: WebRequest) -> None:
    """Sends a request, and reads the answer.

    Raises:
        DeliveryError: There is no answer, or one that may pass.
        RefusedError: The service refuses this message.
    """
    connection: http.client.HTTPConnection
    if address.tls is None:
        connection = http.client.HTTPConnection(address.host, address.port, timeout=SILENT_SECONDS)
    else:
        connection = http.client.HTTPSConnection(
            address.host, address.port, timeout=SILENT_SECONDS, context=address.tls
        )
    headers = {"User-Agent": f"soundpost-notify/{__version__}", **request.headers}
    try:
        with cut_off(lambda: connection.sock, LONGEST_SECONDS):
            path = (address.path + request.path or "/") + address.query
            connection.request(request.method, path, request.body, headers)
            answer = connection.getresponse()
            text = answer.read(_LARGEST_ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DeliveryError(f"{address} does not answer: {_short(reason)}") from error
    finally:
        connection.close()
    _check(address, answer, text)


def _check(address: WebAddress, answer: http.client.HTTPResponse, text: bytes) -> None:
    status = answer.status
    if status in _SUCCESS:
        return
    words = _short(text.decode(errors="replace")) or _short(answer.reason)
    reason = f"{address} answers {status}: {words}"
    if status in _REDIRECT:
        raise DeliveryError(f"{address} answers {status}: it moved; correct the address")
    if status >= _SERVER_ERROR or status in _MAY_PASS:
        raise DeliveryError(reason, retry_seconds=_retry_seconds(answer.headers["Retry-After"]))
    raise RefusedError(reason)


def _retry_seconds(value: str | None) -> float:
    """Returns the wait of a header Retry-After in seconds; 0 for a date, or anything else."""
    if value is None or not re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return 0.0
    return min(float(value), _LONGEST_RETRY_SECONDS)


def _short(text: str) -> str:
    return printable(" ".join(text.split()), _LONGEST_REASON)
