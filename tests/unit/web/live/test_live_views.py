"""Viewers of live views, and the requests to their nodes."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from mqtt_subscriber import PATIENCE_SECONDS
from web_events import live_view

from soundpost_web.live import live_views
from soundpost_web.live.feed import MOST_WAITING, Viewer
from soundpost_web.live.live_views import LEASE_SECONDS, RENEW_SECONDS, LiveViews
from soundpost_web.nodes.live_view import decode_live_view
from soundpost_web.nodes.reports import NodeResult
from soundpost_web.nodes.state import LiveState

AWAY = "the broker is away"


class Views:
    """Live views with a clock of their own, in an event loop.

    Attributes:
        state: The state of the nodes.
        views: The viewers.
        requests: The nodes that were requested, each with the seconds.
        now_seconds: The time.
        is_away: True while the broker is away.
    """

    def __init__(self, most_viewers: int = 100) -> None:
        self.state = LiveState()
        for node in ("gate", "barn"):
            self.state.update_node(node, lambda _node, _now: None)
        self.requests: list[tuple[str, float]] = []
        self.now_seconds = 0.0
        self.is_away = False
        self.views = LiveViews(
            self.state,
            self._request,
            AWAY,
            most_viewers=most_viewers,
            monotonic_seconds=lambda: self.now_seconds,
        )

    def _request(self, node: str, seconds: float) -> bool:
        self.requests.append((node, seconds))
        return not self.is_away

    def send(self, node: str = "gate", **fields: object) -> None:
        """Takes a message of a node, as from the subscriber."""
        self.state.on_live_view(node, decode_live_view(node, live_view(node, **fields)))

    def join(self, node: str = "gate") -> Viewer:
        """Returns a new viewer."""
        viewer = self.views.join(node)
        assert viewer is not None
        return viewer


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes rounds follow each other quickly."""
    monkeypatch.setattr(live_views, "_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(live_views, "_LONGEST_WAIT_SECONDS", 0.01)


def in_loop(test: Callable[[Views], Awaitable[None]], most_viewers: int = 100) -> None:
    """Runs a test in an event loop, beside the rounds."""

    async def run() -> None:
        views = Views(most_viewers)
        task = asyncio.create_task(views.views.run())
        await asyncio.sleep(0)
        await asyncio.wait_for(test(views), PATIENCE_SECONDS)
        task.cancel()

    asyncio.run(run())


async def until(predicate: Callable[[], bool]) -> None:
    """Returns when a predicate holds."""
    while not predicate():  # noqa: ASYNC110 - a state of other parts, which has no event
        await asyncio.sleep(0.002)


async def change(viewer: Viewer) -> dict[str, Any]:
    """Returns the next change of a viewer."""
    found = await viewer.next(PATIENCE_SECONDS)
    assert found is not None
    decoded: dict[str, Any] = json.loads(found)
    return decoded


def test_a_node_is_requested_while_it_has_viewers() -> None:
    """At once, then every few seconds for longer than that, and no more when the last has left."""

    async def check(views: Views) -> None:
        first, second = views.join(), views.join()
        await until(lambda: views.requests == [("gate", LEASE_SECONDS)])
        assert LEASE_SECONDS >= 2 * RENEW_SECONDS
        for count in (2, 3):
            views.now_seconds += RENEW_SECONDS
            await until(lambda count=count: len(views.requests) == count)  # type: ignore[misc]  # mypy's gap
        views.views.leave(first)
        views.now_seconds += RENEW_SECONDS
        await until(lambda: len(views.requests) == 4)
        views.views.leave(second)
        views.now_seconds += 10 * RENEW_SECONDS
        await asyncio.sleep(0.1)
        assert len(views.requests) == 4
        assert len(views.views) == 0

    in_loop(check)


def test_viewers_that_come_and_go_do_not_flood_a_node() -> None:
    """A request of a moment ago still holds."""

    async def check(views: Views) -> None:
        for _ in range(50):
            viewer = views.join()
            await asyncio.sleep(0.002)
            views.views.leave(viewer)
        assert len(views.requests) == 1

    in_loop(check)


def test_a_view_goes_to_the_viewers_of_its_node() -> None:
    """And to no others; a label is text, and never a key."""

    async def check(views: Views) -> None:
        at_gate, at_barn = views.join(), views.join("barn")
        await asyncio.to_thread(views.send, scores={"<b>": 0.5, "7": 0.25})
        found = await change(at_gate)
        assert found["scores"] == [["<b>", "0.50"], ["7", "0.25"]]
        assert (found["bands"], found["first"], found["delay_seconds"]) == (4, 0, 2.8)
        views.send("barn", first=7)
        assert (await change(at_barn))["first"] == 7

    in_loop(check)


def test_without_viewers_a_message_is_dropped() -> None:
    """Another page may have requested it."""

    async def check(views: Views) -> None:
        views.send()
        viewer = views.join()
        views.send(first=10)
        assert (await change(viewer))["first"] == 10
        views.views.leave(viewer)
        for number in range(100):
            views.send(first=number)
        assert views.views._pending == {}  # noqa: SLF001 - the memory

    in_loop(check)


def test_a_flood_is_a_few_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest of each round; memory is bounded, and a viewer that reads is not dropped."""
    monkeypatch.setattr(live_views, "_PAUSE_SECONDS", 0.05)

    async def check(views: Views) -> None:
        viewer = views.join()

        def flood() -> None:
            for number in range(5_000):
                views.send(first=number)

        thread = threading.Thread(target=flood)
        thread.start()
        received = [await change(viewer)]
        while received[-1]["first"] < 4_999:
            received.append(await change(viewer))
        thread.join()
        assert len(received) < 2_500
        assert not viewer.is_dropped

    in_loop(check)


def test_a_viewer_that_does_not_read_is_dropped() -> None:
    """It costs the others nothing, and its node is no more requested for it."""

    async def check(views: Views) -> None:
        slow, quick = views.join("barn"), views.join()
        number = 0
        while not slow.is_dropped:
            for node in ("gate", "barn"):
                views.send(node, first=number)
            assert (await change(quick))["first"] == number
            number += 1
        assert number >= MOST_WAITING
        await until(lambda: len(views.views) == 1)
        assert views.views.dropped == 1
        before = [node for node, _ in views.requests].count("barn")
        views.now_seconds += RENEW_SECONDS
        await until(lambda: views.requests[-1][0] == "gate")
        assert [node for node, _ in views.requests].count("barn") == before

    in_loop(check)


def test_too_many_viewers_are_refused() -> None:
    """Of all nodes together."""

    async def check(views: Views) -> None:
        views.join()
        views.join("barn")
        assert views.views.join("gate") is None

    in_loop(check, most_viewers=2)


def test_a_refusal_is_shown_until_the_node_sends() -> None:
    """Also to a viewer that comes later."""

    async def check(views: Views) -> None:
        def reply(status: str) -> None:
            result = NodeResult(
                id="web-1", command="live-view", status=status, message="it is off", hint="turn on"
            )
            views.state.update_node("gate", lambda node, _: node.add_result(result))

        viewer = views.join()
        reply("refused")
        assert await change(viewer) == {"notice": "it is off (turn on)"}
        assert await change(views.join()) == {"notice": "it is off (turn on)"}
        reply("done")
        assert await change(viewer) == {"notice": ""}
        node = views.state.node("gate")
        assert node is not None
        assert node.results == ()

    in_loop(check)


def test_a_broker_that_is_away_is_shown() -> None:
    """It is tried again."""

    async def check(views: Views) -> None:
        views.is_away = True
        viewer = views.join()
        assert await change(viewer) == {"notice": AWAY}
        views.is_away = False
        views.now_seconds += RENEW_SECONDS
        assert await change(viewer) == {"notice": ""}

    in_loop(check)


def test_at_the_end_all_viewers_leave() -> None:
    """Or the server would wait for them."""

    async def check(views: Views) -> None:
        viewer = views.join()
        views.views.close()
        await asyncio.wait_for(viewer.wait_for_drop(), PATIENCE_SECONDS)
        assert views.views.join("gate") is None

    in_loop(check)
