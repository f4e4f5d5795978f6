"""The HTTP server of the metrics endpoint: few clients, each for a short time."""

import contextlib
import logging
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from soundpost.system.rate_limit import LimitedLog

MOST_CLIENTS = 8
"""The most connections at once. A scrape takes milliseconds, and one Prometheus makes one at a
time; beyond it the oldest is closed, because that one is no scrape any more."""
REQUEST_SECONDS = 10.0
"""The longest time from a connection to the end of its answer, as long as Prometheus waits."""
_LOOK_SECONDS = 0.5
"""The interval at which connections that are too old are looked for."""

_log = logging.getLogger("soundpost.metrics")

App = Callable[..., Any]
"""A WSGI application (PEP 3333)."""


class MetricsServer(socketserver.ThreadingMixIn, WSGIServer):
    """Answers requests, each in a thread, until `close`.

    Neither clients that connect and send nothing nor a process without free descriptors end it or
    make it grow.

    Args:
        host: An IP address.
        port: The port; 0 for a free one.
        app: Answers the requests.

    Raises:
        OSError: The address cannot be used.
    """

    daemon_threads = True

    def __init__(self, host: str, port: int, app: App) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._lock = threading.Lock()
        self._open: dict[socket.socket, float] = {}  # in the order of their deadlines
        self._failure_log = LimitedLog(_log, "%d more requests for metrics failed")
        super().__init__((host, port), _Handler)
        self.set_app(app)
        self._thread = threading.Thread(
            target=self.serve_forever, args=(_LOOK_SECONDS,), name="soundpost-metrics", daemon=True
        )

    def start(self) -> None:
        """Starts to answer, in a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Stops to answer, and frees the address."""
        self.shutdown()
        self.server_close()
        self._thread.join()

    def server_bind(self) -> None:
        """Binds the address, without the look-up of its name that HTTPServer does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]  # str and int of an IP address
        self.setup_environ()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accepts a connection; waits a moment after a failure, such as no free descriptor."""
        try:
            return super().get_request()
        except OSError as error:
            self._failure_log.log("no connection for metrics can be accepted: %s", error)
            time.sleep(_LOOK_SECONDS)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the signature of socketserver
        """Starts the thread of a connection, and closes the oldest if there are too many."""
        with self._lock:
            while len(self._open) >= MOST_CLIENTS:
                self._interrupt(next(iter(self._open)))
            self._open[request] = time.monotonic() + REQUEST_SECONDS
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the signature of socketserver
        """Closes a connection at its end."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Ends connections that are too old; called twice a second."""
        self._failure_log.flush()
        now_seconds = time.monotonic()
        with self._lock:
            for request in [key for key, until in self._open.items() if until <= now_seconds]:
                self._interrupt(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002 - the signature of socketserver
        """Logs a failure; a client that leaves or is too slow is none."""
        error = sys.exception()
        if not isinstance(error, OSError):
            self._failure_log.log("a request for metrics failed: %r", error)

    def _interrupt(self, request: socket.socket) -> None:
        """Wakes the thread of a connection, which then closes it."""
        del self._open[request]
        with contextlib.suppress(OSError):
            request.shutdown(socket.SHUT_RDWR)


class _Handler(WSGIRequestHandler):
    """Answers one request."""

    timeout = REQUEST_SECONDS

    def log_message(self, *_: object) -> None:
        """Logs nothing: a scrape every few seconds is no news."""
