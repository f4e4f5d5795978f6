"""The server of the page, which ends without waiting for clients that read nothing."""

import asyncio
import socket
from types import FrameType

import uvicorn

from soundpost_web.live.feed import Feed

_UNREAD_SECONDS = 1.0
"""For clients to take what is left of a stream when the page ends."""
_GRACE_SECONDS = 3.0
"""For requests that run when the page ends; then their connections are cut."""


class PageServer(uvicorn.Server):
    """A server that ends the streams first, which would otherwise never end."""

    def __init__(self, config: uvicorn.Config, feed: Feed) -> None:
        super().__init__(config)
        self._feed = feed

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Takes a signal, in the main thread."""
        self._feed.close_from_thread()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends when all requests are answered, or cut."""
        cutting = asyncio.create_task(self._cut_connections())
        try:
            await super().shutdown(sockets)
        finally:
            cutting.cancel()

    async def _cut_connections(self) -> None:
        """Cuts the streams of clients that read nothing, such as a phone asleep, then the rest."""
        await asyncio.sleep(_UNREAD_SECONDS)
        for transport in self._transports():
            if transport.is_closing():
                transport.abort()
        await asyncio.sleep(_GRACE_SECONDS - _UNREAD_SECONDS)
        for transport in self._transports():
            transport.abort()

    def _transports(self) -> list[asyncio.Transport]:
        found = [each.transport for each in self.server_state.connections]
        return [each for each in found if isinstance(each, asyncio.Transport)]
