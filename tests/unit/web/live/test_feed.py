"""Viewers of the live page."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from mqtt_subscriber import PATIENCE_SECONDS
from web_events import event

from soundpost_web.live.feed import MOST_WAITING, Feed, Viewer
from soundpost_web.live.stream import send_stream
from soundpost_web.nodes.state import Changes, LiveState


def make_feed(state: LiveState, most_viewers: int = 1_000) -> Feed:
    """Returns a feed that renders the labels of events."""

    def render(changes: Changes) -> bytes:
        return ",".join(found.label for found in changes.events).encode()

    return Feed(state, render, lambda: b"everything", most_viewers)


def in_loop(test: Callable[[], Awaitable[None]]) -> None:
    """Runs a test in an event loop."""

    async def limited() -> None:
        await asyncio.wait_for(test(), PATIENCE_SECONDS)

    asyncio.run(limited())


async def next_change(viewer: Viewer) -> bytes:
    """Returns the next change of a viewer."""
    change = await viewer.next(PATIENCE_SECONDS)
    assert change is not None
    return change


def test_a_viewer_gets_everything_and_then_each_change() -> None:
    """A change that happens in another thread too."""
    state = LiveState()
    feed = make_feed(state)

    async def check() -> None:
        task = asyncio.create_task(feed.run())
        viewer = feed.join()
        assert viewer is not None
        assert await next_change(viewer) == b"everything"
        await asyncio.to_thread(state.update_event, event(label="dog"))
        assert await next_change(viewer) == b"dog"
        feed.leave(viewer)
        assert len(feed) == 0
        task.cancel()

    in_loop(check)


def test_a_flood_is_a_few_changes() -> None:
    """All that happens within a tenth of a second is sent together."""
    state = LiveState()
    feed = make_feed(state)

    async def check() -> None:
        task = asyncio.create_task(feed.run())
        viewer = feed.join()
        assert viewer is not None
        assert await next_change(viewer) == b"everything"
        await asyncio.sleep(0)
        for number in range(50):
            state.update_event(event(label=str(number)))
        received = b""
        changes = 0
        while not received.endswith(b"49"):
            received += await next_change(viewer)
            changes += 1
        assert changes <= 2
        task.cancel()

    in_loop(check)


def test_a_slow_viewer_is_dropped_and_the_others_get_everything() -> None:
    """Only so many changes wait for it."""
    state = LiveState()
    feed = make_feed(state)

    async def check() -> None:
        slow, quick = feed.join(), feed.join()
        assert slow is not None
        assert quick is not None
        assert await next_change(quick) == b"everything"
        for number in range(MOST_WAITING + 1):
            feed._send(Changes([], [], has_broker=True))  # noqa: SLF001 - without its pauses
            assert await next_change(quick) == b"", number
        assert (slow.is_dropped, quick.is_dropped) == (True, False)
        assert (len(feed), feed.dropped) == (1, 1)
        assert await slow.next(PATIENCE_SECONDS) is None

    in_loop(check)


def test_too_many_viewers_are_refused() -> None:
    """Until one of them leaves."""
    feed = make_feed(LiveState(), most_viewers=1)

    async def check() -> None:
        viewer = feed.join()
        assert viewer is not None
        assert feed.join() is None
        feed.leave(viewer)
        assert feed.join() is not None

    in_loop(check)


def test_the_end_of_the_server_ends_all_viewers() -> None:
    """And no other one begins."""
    feed = make_feed(LiveState())

    async def check() -> None:
        viewer = feed.join()
        assert viewer is not None
        feed.close()
        await viewer.wait_for_drop()
        assert feed.join() is None

    in_loop(check)


@pytest.mark.parametrize("end", ["client", "server", "slow"])
def test_a_stream_ends_with_its_viewer(end: str) -> None:
    """A client that reads nothing blocks its own stream only, and is cut when it is dropped."""
    feed = make_feed(LiveState())
    sent: list[bytes] = []

    async def check() -> None:
        viewer = feed.join()
        assert viewer is not None
        gone = asyncio.Event()

        async def receive() -> dict[str, object]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: object) -> None:
            assert isinstance(message, dict)
            sent.append(message.get("body", b""))
            if end == "slow" and len(sent) > 2:
                await asyncio.Event().wait()

        task = asyncio.create_task(send_stream(feed, viewer, receive, send))
        while len(sent) < 3:  # noqa: ASYNC110 - the sent parts have no event
            await asyncio.sleep(0.01)
        if end == "client":
            gone.set()
        elif end == "server":
            feed.close()
        else:
            viewer.drop()
        await task
        assert len(feed) == 0

    in_loop(check)
    assert sent[1:3] == [b"retry: 2000\n\n", b"event: change\ndata: everything\n\n"]
