"""A small server with Freesound's API, which fails as configured."""

import io
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import soundfile

from soundpost_training.freesound.collect import CollectRequest

Response = tuple[int, dict[str, str], bytes]
"""Status, headers and body of a response."""

BY, ZERO = (
    "https://creativecommons.org/licenses/by/4.0/",
    "http://creativecommons.org/publicdomain/zero/1.0/",
)
NC = "http://creativecommons.org/licenses/by-nc/3.0/"
PAGE = 3
"""Sounds per page of the server, whatever the requested page size."""


def ogg(seed: int) -> bytes:
    """Returns half a second of noise in Ogg Vorbis."""
    file = io.BytesIO()
    noise = np.random.default_rng(seed).normal(0, 0.1, 8000)
    soundfile.write(file, noise, 16_000, format="OGG", subtype="VORBIS")
    return file.getvalue()


@dataclass
class Site:
    """The content of the server, its failures, and a record of the requests.

    Attributes:
        sounds: All search results.
        audio: The previews by their file names.
        refusals: Error responses to the next searches.
        breaks: Bytes after which the connection breaks, once, by file name.
        takes_ranges: Whether range requests are supported.
        address: URL of the server.
        searches: The queries so far.
        tokens: The `Authorization` header of each search.
        previews: Name, `Range` and `Authorization` of each request for a preview.
    """

    sounds: list[dict[str, object]]
    audio: dict[str, bytes]
    refusals: list[Response] = field(default_factory=list)
    breaks: dict[str, int] = field(default_factory=dict)
    takes_ranges: bool = True
    address: str = ""
    searches: list[dict[str, list[str]]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    previews: list[tuple[str, str | None, str | None]] = field(default_factory=list)


class RequestHandler(BaseHTTPRequestHandler):
    """The search of the API, and the previews."""

    def __init__(self, site: Site, *arguments: object) -> None:
        self.site = site
        super().__init__(*arguments)  # type: ignore[arg-type]  # what the server passes on

    def log_message(self, *_: object) -> None:
        """Suppresses the log of the standard library."""

    def do_GET(self) -> None:
        """Answers a search or sends a preview."""
        url = urlsplit(self.path)
        if url.path == "/apiv2/search/text/":
            self.search(parse_qs(url.query))
        else:
            self.preview(url.path.removeprefix("/previews/"))

    def search(self, query: dict[str, list[str]]) -> None:
        """Sends a page of results, or the next refusal."""
        site = self.site
        site.searches.append(query)
        site.tokens.append(self.headers["Authorization"])
        if site.refusals:
            self.answer(*site.refusals.pop(0))
            return
        first = (int(query["page"][0]) - 1) * PAGE
        more = first + PAGE < len(site.sounds)
        page = {
            "count": len(site.sounds),
            "next": "https://elsewhere.example/?page=2" if more else None,
            "previous": None,
            "results": site.sounds[first : first + PAGE],
        }
        self.answer(200, {}, json.dumps(page).encode())

    def preview(self, name: str) -> None:
        """Sends a file or a range of it, up to the byte where the connection breaks."""
        site, content = self.site, self.site.audio[name]
        requested = self.headers["Range"]
        site.previews.append((name, requested, self.headers["Authorization"]))
        first = int(re.findall(r"\d+", requested)[0]) if requested and site.takes_ranges else 0
        if first >= len(content):
            self.answer(416, {"Content-Range": f"bytes */{len(content)}"}, b"")
            return
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        self.wfile.write(content[first : site.breaks.pop(name, len(content))])

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Sends a complete response."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving() -> Iterator[Site]:
    """Serves seven sounds of three uploaders, on three pages."""
    site = Site([], {f"{number}.ogg": ogg(number) for number in range(7)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(RequestHandler, site))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    site.sounds += [
        {
            "id": number,
            "name": f"fox, no. {number}",
            "username": f"user{number % 3}",
            "license": ZERO if number % 2 else BY,
            "url": f"https://freesound.org/people/user/sounds/{number}/",
            "previews": {"preview-hq-ogg": f"{site.address}/previews/{number}.ogg"},
        }
        for number in range(7)
    ]
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def collect_request(folder: Path, label: str = "fox", count: int = 100) -> CollectRequest:
    """Returns a request for foxes under licences that are free for any use."""
    return CollectRequest(f"{label} bark", label, ("cc0", "by"), folder, count)


def refusal(status: int, detail: str, **headers: str) -> Response:
    """Returns an error response in the form of the API."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, named, json.dumps({"detail": detail}).encode()
