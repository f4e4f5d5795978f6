"""Sends a file of a clip, or a range of it, as players request it to seek."""

import re
from typing import NamedTuple, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from soundpost_web.server.guard import Receive, Scope, Send

_PART_BYTES = 65_536
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
"""A single range; several are answered by the whole file (RFC 9110, section 14.2)."""


class OpenFile(Protocol):
    """A file that is sent, and closed then.

    Attributes:
        size_bytes: Its size.
    """

    size_bytes: int

    def read(self, offset: int, size: int) -> bytes:
        """Returns bytes from a position; fewer only at its end."""
        ...

    def close(self) -> None:
        """Closes it."""


class Span(NamedTuple):
    """The bytes of a file from a first one to before a last one."""

    begin: int
    end: int


def requested_span(header: str, size_bytes: int) -> Span | None:
    """Returns the range that a header `Range` states, or the whole file for any other header.

    Returns:
        None for a range that begins behind the end (RFC 9110, section 15.5.17).
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return Span(0, size_bytes)
    first, last = found.groups()
    if not first:
        suffix_bytes = int(last)
        return Span(max(0, size_bytes - suffix_bytes), size_bytes) if suffix_bytes else None
    begin = int(first)
    if last and int(last) < begin:
        return Span(0, size_bytes)
    end = min(int(last) + 1, size_bytes) if last else size_bytes
    return Span(begin, end) if begin < size_bytes else None


class FileAnswer(Response):
    """The answer with a file, which is closed at its end.

    Args:
        file: The file.
        range_header: The header `Range` of the request; empty without one.
        media_type: The type of the file.
        download_name: The name under which it is stored by the browser; empty to show it.
    """

    def __init__(
        self, file: OpenFile, range_header: str, media_type: str, download_name: str = ""
    ) -> None:
        self._file = file
        span = requested_span(range_header, file.size_bytes)
        headers = {"Accept-Ranges": "bytes"}
        status = 200
        if span is None:
            status, span = 416, Span(0, 0)
            headers["Content-Range"] = f"bytes */{file.size_bytes}"
        elif range_header and span != Span(0, file.size_bytes):
            status = 206
            headers["Content-Range"] = f"bytes {span.begin}-{span.end - 1}/{file.size_bytes}"
        self._span = span
        headers["Content-Length"] = str(span.end - span.begin)
        if download_name:
            headers["Content-Disposition"] = f'attachment; filename="{download_name}"'
        super().__init__(None, status, headers, media_type)

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,  # noqa: ARG002 - as ASGI has it
        send: Send,
    ) -> None:
        """Sends it. If the disk fails, the answer ends early, which the client notices."""
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            at, end = self._span
            while at < end and scope["method"] == "GET":
                size = min(_PART_BYTES, end - at)
                try:
                    part = await run_in_threadpool(self._file.read, at, size)
                except OSError:
                    return
                if not part:
                    return
                at += len(part)
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._file.close()
