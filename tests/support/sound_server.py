"""An HTTP server that streams sound in real time, as an internet radio or a camera does."""

import http.server
import math
import struct
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

RATE_HZ = 16_000
PIECE_SECONDS = 0.05
TONE_HZ = 1_000.0


@dataclass
class Radio:
    """The behaviour of the server, which a test may change at any time.

    Attributes:
        url: Its URL.
        is_stalled: True to send nothing, and keep connections open.
        is_closed: True to end connections.
        content: Sent instead of the tone, if not empty.
        login: The user and the password that are needed, as in `me:secret`; empty for none.
    """

    url: str = ""
    is_stalled: bool = False
    is_closed: bool = False
    content: bytes = b""
    login: str = ""


@contextmanager
def radio() -> Iterator[Radio]:
    """Provides a server that streams a tone at half of full scale as AU without an end."""
    state = Radio()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            needed = f"Basic {b64encode(state.login.encode()).decode()}"
            if state.login and self.headers.get("Authorization") != needed:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="radio"')
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "audio/basic")
            self.end_headers()
            try:
                self._stream()
            except OSError:  # the client has gone
                return

        def _stream(self) -> None:
            if state.content:
                self.wfile.write(state.content)
                return
            self.wfile.write(au_header())
            piece = tone(round(PIECE_SECONDS * RATE_HZ)).tobytes()
            while not state.is_closed:
                if not state.is_stalled:
                    self.wfile.write(piece)
                time.sleep(PIECE_SECONDS)

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_address[1]}/live"
        try:
            yield state
        finally:
            state.is_closed = True
            server.shutdown()
            thread.join()


def tone(samples: int) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """Returns a tone at half of full scale, big-endian as in an AU."""
    seconds = np.arange(samples) / RATE_HZ
    return (16_384 * np.sin(2 * math.pi * TONE_HZ * seconds)).astype(">i2")


def au_header() -> bytes:
    """Returns the header of an AU without a length: mono, 16 bits, big-endian (magic 3)."""
    return struct.pack(">4sIIIII", b".snd", 28, 0xFFFF_FFFF, 3, RATE_HZ, 1) + bytes(4)
