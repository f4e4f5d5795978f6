"""Receives an uploaded recording: streamed to the disk, within limits of size and time."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from io import RawIOBase

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from soundpost.system.printable import printable
from soundpost_web.analysis.form import FormError, UploadForm
from soundpost_web.analysis.job import Job

STALL_SECONDS = 30.0
"""Without a byte for so long an upload is given up."""
LONGEST_SECONDS = 900.0
"""For 50 MB these are 55 kB/s, which a phone has at the edge of a network."""
FORM_BYTES = 16_384
"""Of a form beside its file."""
_WRITTEN_BYTES = 262_144
"""At once, in a thread: a card may take a second for it."""
_LONGEST_NAME = 100


class UploadError(Exception):
    """The upload is refused.

    Args:
        status: The status of the answer.
        text: The name of the text that says why.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


Check = Callable[[dict[str, str]], None]
"""Raises UploadError for the fields of a form, before its file is stored."""


class Body:
    """The body of a request, read piece by piece.

    Args:
        request: The request.
    """

    def __init__(self, request: Request) -> None:
        self.content_type = request.headers.get("content-type", "")
        self._stream = aiter(request.stream())
        self._is_over = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yields what has not been read yet.

        Raises:
            TimeoutError: No byte came for a while.
            ClientDisconnect: The client has gone.
        """
        while not self._is_over:
            try:
                async with asyncio.timeout(STALL_SECONDS):
                    piece = await anext(self._stream)
            except StopAsyncIteration:
                self._is_over = True
                return
            yield piece

    async def discard(self, most_bytes: int) -> None:
        """Reads some more: a browser shows an answer only once it has sent its form."""
        with suppress(TimeoutError, ClientDisconnect):
            async with asyncio.timeout(LONGEST_SECONDS):
                async for piece in self.pieces():
                    most_bytes -= len(piece)
                    if most_bytes < 0:
                        return


async def receive_upload(body: Body, job: Job, largest_bytes: int, check: Check) -> None:
    """Stores the file of a form, and sets the name of its job.

    Args:
        body: The form.
        job: Its job.
        largest_bytes: The size of the largest file.
        check: Refuses a form by its fields.

    Raises:
        UploadError: It is refused, or breaks off.
    """
    try:
        form = UploadForm(body.content_type)
        descriptor = os.open(job.upload, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            async with asyncio.timeout(LONGEST_SECONDS):
                await _store(body.pieces(), form, file, largest_bytes, check)
    except (FormError, ClientDisconnect) as error:
        raise UploadError(400, "error.form") from error
    except TimeoutError as error:
        raise UploadError(408, "analyze.slow") from error
    except OSError as error:
        raise UploadError(507, "analyze.disk_full") from error
    if not form.is_complete:
        raise UploadError(400, "error.form")
    if not job.upload.stat().st_size:
        raise UploadError(400, "analyze.no_file")
    job.name = printable((form.file_name or "").strip(), _LONGEST_NAME)


async def _store(
    pieces: AsyncIterator[bytes],
    form: UploadForm,
    file: RawIOBase,
    largest_bytes: int,
    check: Check,
) -> None:
    received_bytes, is_checked, held = 0, False, b""
    async for piece in pieces:
        received_bytes += len(piece)
        if received_bytes > largest_bytes + FORM_BYTES:
            raise UploadError(413, "analyze.too_large")
        held += form.feed(piece)
        if not is_checked and form.file_name is not None:
            check(form.fields)
            is_checked = True
        if len(held) >= _WRITTEN_BYTES:
            await run_in_threadpool(_write_all, file, held)
            held = b""
    await run_in_threadpool(_write_all, file, held)


def _write_all(file: RawIOBase, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
