"""A small server that speaks Freesound's API, and misbehaves as it is told to."""

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

from soundpost_training.freesound.collect import Wish

Refused = tuple[int, dict[str, str], bytes]
"""Status, headers and body of an answer."""

BY, ZERO = (
    "https://creativecommons.org/licenses/by/4.0/",
    "http://creativecommons.org/publicdomain/zero/1.0/",
)
NC = "http://creativecommons.org/licenses/by-nc/3.0/"
PAGE = 3
"""Sounds that the server gives at once, however many are asked for."""


def ogg(seed: int) -> bytes:
    """Half a second of noise in Ogg Vorbis."""
    file = io.BytesIO()
    noise = np.random.default_rng(seed).normal(0, 0.1, 8000)
    soundfile.write(file, noise, 16_000, format="OGG", subtype="VORBIS")
    return file.getvalue()


@dataclass
class Site:
    """What the server has, how it misbehaves, and what it was asked for."""

    sounds: list[dict[str, object]]
    audio: dict[str, bytes]
    refusals: list[Refused] = field(default_factory=list)
    breaks: dict[str, int] = field(default_factory=dict)
    takes_ranges: bool = True
    address: str = ""
    searches: list[dict[str, list[str]]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    previews: list[tuple[str, str | None, str | None]] = field(default_factory=list)


class Answers(BaseHTTPRequestHandler):
    """The API's search, and the previews."""

    def __init__(self, site: Site, *arguments: object) -> None:
        self.site = site
        super().__init__(*arguments)  # type: ignore[arg-type]  # what the server passes on

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        """Answers a search or sends a preview."""
        url = urlsplit(self.path)
        if url.path == "/apiv2/search/text/":
            self.search(parse_qs(url.query))
        else:
            self.preview(url.path.removeprefix("/previews/"))

    def search(self, asked: dict[str, list[str]]) -> None:
        """A page, or the next refusal."""
        site = self.site
        site.searches.append(asked)
        site.tokens.append(self.headers["Authorization"])
        if site.refusals:
            self.answer(*site.refusals.pop(0))
            return
        first = (int(asked["page"][0]) - 1) * PAGE
        more = first + PAGE < len(site.sounds)
        page = {
            "count": len(site.sounds),
            "next": "https://elsewhere.example/?page=2" if more else None,
            "previous": None,
            "results": site.sounds[first : first + PAGE],
        }
        self.answer(200, {}, json.dumps(page).encode())

    def preview(self, name: str) -> None:
        """The file, the rest of it, or as much as comes before the line breaks."""
        site, content = self.site, self.site.audio[name]
        asked = self.headers["Range"]
        site.previews.append((name, asked, self.headers["Authorization"]))
        first = int(re.findall(r"\d+", asked)[0]) if asked and site.takes_ranges else 0
        if first >= len(content):
            self.answer(416, {"Content-Range": f"bytes */{len(content)}"}, b"")
            return
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        self.wfile.write(content[first : site.breaks.pop(name, len(content))])

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving() -> Iterator[Site]:
    """A server with seven sounds of three uploaders, on three pages."""
    site = Site([], {f"{number}.ogg": ogg(number) for number in range(7)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Answers, site))
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


def wish(folder: Path, label: str = "fox", count: int = 100) -> Wish:
    """Foxes, free for any use."""
    return Wish(f"{label} bark", label, ("cc0", "by"), folder, count)


def refusal(status: int, detail: str, **headers: str) -> Refused:
    """A refusal as the API words it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, named, json.dumps({"detail": detail}).encode()
