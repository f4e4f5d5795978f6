"""The viewers of the live page: each gets every change, or is dropped if it is too slow."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from soundpost_web.nodes.state import Changes, LiveState

MOST_WAITING = 64
"""Changes that wait for a viewer, at ten a second at most: a browser that stands still for longer
gets everything anew when it connects again."""
_PAUSE_SECONDS = 0.1
"""Between two changes: what happens meanwhile is one change."""
_TICK_SECONDS = 15.0
"""Between two looks for nodes that have fallen silent."""


class Viewer:
    """A browser: the changes that wait for it.

    Attributes:
        is_dropped: True if it was too slow.
    """

    def __init__(self) -> None:
        self.is_dropped = False
        self._waiting: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._end = asyncio.Event()

    def offer(self, change: bytes) -> bool:
        """Takes a change; returns False, and drops the viewer, if too many wait."""
        if len(self._waiting) >= MOST_WAITING:
            self.drop()
        if not self.is_dropped:
            self._waiting.append(change)
            self._wake.set()
        return not self.is_dropped

    def drop(self) -> None:
        """Ends the viewer."""
        self.is_dropped = True
        self._waiting.clear()
        self._wake.set()
        self._end.set()

    async def wait_for_drop(self) -> None:
        """Returns when it is dropped."""
        await self._end.wait()

    async def next(self, timeout_seconds: float) -> bytes | None:
        """Returns the next change; None after a time without one, or if it was dropped."""
        if not self._waiting and not self.is_dropped:
            self._wake.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), timeout_seconds)
        return self._waiting.popleft() if self._waiting else None


class Feed:
    """Renders each change once, and offers it to all viewers; used in one event loop.

    Memory does not depend on how many messages arrive: changes are taken from the state, which has
    the latest value of each node and event only.

    Args:
        state: The state that changes.
        render: Returns changes as they are sent.
        render_all: Returns everything, for a new viewer.
        most_viewers: More are refused.

    Attributes:
        dropped: Viewers that were too slow.
        on_close: Called, in the event loop, when the server ends.
    """

    def __init__(
        self,
        state: LiveState,
        render: Callable[[Changes], bytes],
        render_all: Callable[[], bytes],
        most_viewers: int,
    ) -> None:
        self._state = state
        self._render = render
        self._render_all = render_all
        self._most_viewers = most_viewers
        self._viewers: set[Viewer] = set()
        self._wake = asyncio.Event()
        self._is_woken = threading.Event()
        self._is_closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self.dropped = 0
        self.on_close: Callable[[], None] = _ignore

    def __len__(self) -> int:
        return len(self._viewers)

    def join(self) -> Viewer | None:
        """Returns a new viewer, for which everything waits; None if there are too many."""
        if len(self._viewers) >= self._most_viewers or self._is_closed:
            return None
        viewer = Viewer()
        viewer.offer(self._render_all())
        self._viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Takes the end of a viewer."""
        self._viewers.discard(viewer)

    def close(self) -> None:
        """Ends all viewers, so that the server can end."""
        self._is_closed = True
        self.on_close()
        for viewer in list(self._viewers):
            viewer.drop()

    def close_from_thread(self) -> None:
        """Ends all viewers, called from another thread than that of the event loop."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self.close)

    async def run(self) -> None:
        """Sends changes as they happen, until it is cancelled."""
        loop = self._loop = asyncio.get_running_loop()

        def wake() -> None:
            # Once until it is taken: a flood of messages must not fill the loop with calls.
            if not self._is_woken.is_set():
                self._is_woken.set()
                with suppress(RuntimeError):  # the loop has ended
                    loop.call_soon_threadsafe(self._wake.set)

        self._state.on_change = wake
        wake()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _TICK_SECONDS)
            self._wake.clear()
            self._is_woken.clear()
            self._state.find_silent_nodes()
            self._send(self._state.take_changes())
            await asyncio.sleep(_PAUSE_SECONDS)

    def _send(self, changes: Changes) -> None:
        if not self._viewers or not (changes.nodes or changes.events or changes.has_broker):
            return
        rendered = self._render(changes)
        for viewer in list(self._viewers):
            if not viewer.offer(rendered):
                self._viewers.discard(viewer)
                self.dropped += 1


def _ignore() -> None:
    """Does nothing: there is no other stream."""
