"""The stream of server-sent events to one viewer (WHATWG HTML, section 9.2)."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, Protocol

from soundpost_web.live.feed import Viewer

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_ALIVE_SECONDS = 15.0
"""Between two comments that show a proxy, and the viewer, that the connection is alive."""
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),  # nginx would collect the stream
]
_RETRY = b"retry: 2000\n\n"
_ALIVE = b": alive\n\n"


def encode_change(data: bytes) -> bytes:
    """Returns an event of the stream.

    Args:
        data: JSON without line breaks.
    """
    return b"event: change\ndata: " + data + b"\n\n"


class Viewed(Protocol):
    """The source of a stream, which its viewers leave."""

    def leave(self, viewer: Viewer) -> None:
        """Takes the end of a viewer."""


async def send_stream(feed: Viewed, viewer: Viewer, receive: Receive, send: Send) -> None:
    """Sends changes to a viewer until it leaves, is dropped, or the server ends.

    A viewer that does not read blocks only its own task, which is cancelled when it is dropped.

    Args:
        feed: The feed that it has joined.
        viewer: The viewer.
        receive: Receives from the client (ASGI).
        send: Sends to the client.
    """
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    tasks = [
        asyncio.create_task(_send(viewer, send)),
        asyncio.create_task(_wait_for_end(receive)),
        asyncio.create_task(viewer.wait_for_drop()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        feed.leave(viewer)
        for task in tasks:
            task.cancel()
        for task in tasks:
            # A client that has vanished is no failure.
            with suppress(asyncio.CancelledError, OSError):
                await task


async def _send(viewer: Viewer, send: Send) -> None:
    await send(_body(_RETRY))
    while not viewer.is_dropped:
        change = await viewer.next(_ALIVE_SECONDS)
        await send(_body(_ALIVE if change is None else encode_change(change)))


async def _wait_for_end(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(content: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": content, "more_body": True}
