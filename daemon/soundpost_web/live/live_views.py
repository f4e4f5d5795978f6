"""The viewers of the live views of nodes: requests these views while there are viewers."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import msgspec

from soundpost_web.live.feed import Viewer
from soundpost_web.nodes.live_view import NodeLiveView
from soundpost_web.nodes.state import LiveState

RENEW_SECONDS = 5.0
"""Between two requests to a node that has viewers."""
LEASE_SECONDS = 15.0
"""The time for which a request holds: two may be lost."""
MOST_VIEWERS = 50
"""Of all nodes. Each costs some 2 kB a second and a connection."""
_MOST_PENDING = 8
"""Messages of a node between two rounds; it sends two a second."""
_LONGEST_WAIT_SECONDS = 0.5
_PAUSE_SECONDS = 0.1
"""Between two rounds, however fast messages arrive."""


class LiveViews:
    """Offers each message of a node to the viewers of that node; used in one event loop.

    A node is requested to send its view every few seconds while it has viewers. After the last one
    has left, the node stops by itself.

    Args:
        state: The state of the nodes, which has their refusals.
        request: Requests the view of a node for some seconds; returns False if the broker is away.
        away: The notice for viewers while the broker is away.
        most_viewers: More are refused.
        monotonic_seconds: The clock of requests.

    Attributes:
        dropped: Viewers that were too slow.
    """

    def __init__(
        self,
        state: LiveState,
        request: Callable[[str, float], bool],
        away: str,
        *,
        most_viewers: int = MOST_VIEWERS,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state = state
        self._request = request
        self._away = away
        self._most_viewers = most_viewers
        self._monotonic_seconds = monotonic_seconds
        self._nodes: dict[Viewer, str] = {}
        self._requested_seconds: dict[str, float] = {}
        self._notices: dict[str, str] = {}
        self._unsent: set[str] = set()
        self._lock = threading.Lock()
        self._pending: dict[str, deque[NodeLiveView]] = {}
        self._wake = asyncio.Event()
        self._is_woken = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False
        self.dropped = 0
        state.on_live_view = self.offer

    def __len__(self) -> int:
        return len(self._nodes)

    def join(self, node: str) -> Viewer | None:
        """Returns a new viewer of a node; None if there are too many."""
        if len(self._nodes) >= self._most_viewers or self._is_closed:
            return None
        viewer = Viewer()
        if notice := self._notices.get(node):
            viewer.offer(_notice(notice))
        self._nodes[viewer] = node
        with self._lock:
            self._pending.setdefault(node, deque(maxlen=_MOST_PENDING))
        self._wake.set()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Takes the end of a viewer."""
        node = self._nodes.pop(viewer, None)
        if node is not None and node not in self._nodes.values():
            self._notices.pop(node, None)
            with self._lock:
                self._pending.pop(node, None)

    def close(self) -> None:
        """Ends all viewers, so that the server can end."""
        self._is_closed = True
        for viewer in list(self._nodes):
            viewer.drop()

    def offer(self, node: str, view: NodeLiveView) -> None:
        """Takes a message of a node, from any thread; it is dropped if the node has no viewers."""
        with self._lock:
            pending = self._pending.get(node)
            if pending is None:
                return
            pending.append(view)
        # Once until it is taken: a flood of messages must not fill the loop with calls.
        if self._loop is not None and not self._is_woken.is_set():
            self._is_woken.set()
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Requests and sends views until it is cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):
                timeout_seconds = _LONGEST_WAIT_SECONDS if self._nodes else None
                await asyncio.wait_for(self._wake.wait(), timeout_seconds)
            self._wake.clear()
            self._is_woken.clear()
            for node in set(self._nodes.values()):
                self._renew(node)
                self._send(node)
            await asyncio.sleep(_PAUSE_SECONDS)

    def _renew(self, node: str) -> None:
        now_seconds = self._monotonic_seconds()
        last_seconds = self._requested_seconds.get(node, float("-inf"))
        if now_seconds - last_seconds < RENEW_SECONDS:
            return
        self._requested_seconds = {
            name: at
            for name, at in self._requested_seconds.items()
            if now_seconds - at < RENEW_SECONDS
        }
        self._requested_seconds[node] = now_seconds
        if self._request(node, LEASE_SECONDS):
            self._unsent.discard(node)
        else:
            self._unsent.add(node)

    def _send(self, node: str) -> None:
        found = self._state.node(node)
        notice = self._away if node in self._unsent else found.live_view_refusal if found else ""
        with self._lock:
            pending = self._pending.get(node, deque())
            views = list(pending)
            pending.clear()
        changes = [_encode(view) for view in views]
        if notice != self._notices.get(node, ""):
            self._notices[node] = notice
            changes.append(_notice(notice))
        for viewer in [viewer for viewer, of in self._nodes.items() if of == node]:
            if not all(viewer.offer(change) for change in changes):
                self.leave(viewer)
                self.dropped += 1


def _notice(text: str) -> bytes:
    return msgspec.json.encode({"notice": text})


def _encode(view: NodeLiveView) -> bytes:
    """Returns a message for browsers; scores as a list, because a name may be a number."""
    scores = [[label, f"{score:.2f}"] for label, score in view.scores.items()]
    return msgspec.json.encode(
        {
            "first": view.first,
            "bands": view.bands,
            "columns": view.columns,
            "column_seconds": view.column_seconds,
            "low_hz": round(view.low_hz),
            "high_hz": round(view.high_hz),
            "delay_seconds": round(view.delay_seconds, 1),
            "scores": scores,
        }
    )
