"""A server of HTTP in a process of its own, which records requests and fails on demand.

As a program, `http_receiver.py PORT FOLDER`, it appends a line of JSON for each request to
`FOLDER/requests`, and answers by the line in `FOLDER/mode`:

    200                 records and answers
    429 3, 503, 400     answers so, with a Retry-After if a second number follows
    cut                 records, and closes the connection without an answer
    hang                records, and never answers
"""

import base64
import json
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self

from mosquitto import free_port, wait_until

_REQUESTS, _MODE = "requests", "mode"
_HANG_SECONDS = 600.0


class Request(NamedTuple):
    """A request that the server has received.

    Attributes:
        method: The method.
        path: The path.
        headers: The headers by name in lower case.
        body: The body.
        mode: What it was answered.
        at_seconds: The time of its arrival, by the wall clock.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    mode: str
    at_seconds: float

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The body, decoded."""
        return json.loads(self.body)


class HttpReceiver:
    """A running server; `start` after `kill` uses the same port again.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: list[Request] = []
        self._read_bytes = 0
        self.port = free_port()
        self.answer("200")
        (folder / _REQUESTS).touch()

    @property
    def url(self) -> str:
        """Its address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Starts the process, and waits until it listens."""
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self.port), str(self._folder)],
            env={**os.environ, "PYTHONPATH": ""},
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        return self

    def kill(self) -> None:
        """Ends the process with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def answer(self, mode: str) -> None:
        """Sets how requests are answered from now on."""
        part = self._folder / "mode.part"
        part.write_text(mode, encoding="utf-8")
        part.replace(self._folder / _MODE)

    def requests(self) -> list[Request]:
        """Returns all requests so far, in the order of their arrival."""
        with (self._folder / _REQUESTS).open("rb") as file:
            file.seek(self._read_bytes)
            content = file.read()
        complete = content[: content.rfind(b"\n") + 1]
        self._read_bytes += len(complete)
        for line in complete.splitlines():
            entry = json.loads(line)
            self._requests.append(Request(**{**entry, "body": base64.b64decode(entry["body"])}))
        return list(self._requests)

    def wait_for(self, count: int) -> list[Request]:
        """Returns the requests as soon as there are so many."""
        wait_until(lambda: len(self.requests()) >= count)
        return self.requests()


class _Handler(BaseHTTPRequestHandler):
    folder: Path

    def _receive(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        mode = (self.folder / _MODE).read_text(encoding="utf-8")
        entry = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": base64.b64encode(body).decode(),
            "mode": mode,
            "at_seconds": time.time(),
        }
        descriptor = os.open(self.folder / _REQUESTS, os.O_WRONLY | os.O_APPEND)
        os.write(descriptor, json.dumps(entry).encode() + b"\n")
        os.close(descriptor)
        status, _, retry_after = mode.partition(" ")
        if status == "hang":
            time.sleep(_HANG_SECONDS)
        if status in {"cut", "hang"}:
            self.close_connection = True
            return
        self.send_response(int(status))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_POST(self) -> None:
        """Takes a request."""
        self._receive()

    def do_PUT(self) -> None:
        """Takes a request."""
        self._receive()

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


if __name__ == "__main__":
    _Handler.folder = Path(sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()
