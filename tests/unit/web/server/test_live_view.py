"""The stream of a live view, with a broker and a node."""

import http.client
import json
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Self

import pytest
from mosquitto import Broker, wait_until
from mqtt_subscriber import PATIENCE_SECONDS, Subscriber
from web_events import live_view
from web_page import MakePage, Page, running_page

from soundpost_web.live import live_views
from soundpost_web.nodes.live_view import decode_live_view

STREAM = "/node/live/stream?name=gate"
COMMAND = "soundpost/gate/command/live-view"
SLOW = 100
SESSIONS: dict[str, dict[str, str]] = {}
"""The cookies of each role: the number of logins is limited."""


@pytest.fixture(scope="module")
def shared(module_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page with passwords that may send commands, and a node that is online."""
    folder = tmp_path_factory.mktemp("page")
    mqtt = {"broker": module_broker.url, "commands": True}
    with running_page(folder, {"mqtt": mqtt}, passwords=True) as page:
        SESSIONS.update(page.sessions())
        wait_until(lambda: "not connected" not in page.get("/about").text)
        with Subscriber(module_broker.port) as node:
            node.publish("soundpost/gate/status", b"online", retain=True)
            settings = b'{"live_view": true, "thresholds": {"dog": 0.5}}'
            node.publish("soundpost/gate/settings", settings, retain=True)
            wait_until(lambda: "live_view.js" in page.get("/node?name=gate").text)
        yield page


@pytest.fixture
def page(shared: Page) -> Page:
    """Provides that page for a visitor without cookies."""
    shared.cookies.clear()
    return shared


class Look:
    """A browser that shows the view, until it leaves at the end of the context.

    Args:
        page: The page, with the cookies of the browser.
    """

    def __init__(self, page: Page) -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", page.port, timeout=PATIENCE_SECONDS
        )
        cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
        self._connection.request("GET", STREAM, headers={"Cookie": cookies})
        self._response = self._connection.getresponse()
        assert self._response.status == 200

    def next(self) -> dict[str, Any]:
        """Returns the next change."""
        while not (line := self._response.readline()).startswith(b"data: "):
            assert line
        change: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
        return change

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._response.close()
        self._connection.close()


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("viewer", 404), ("admin", 404)])
def test_only_those_who_may_see_the_page_see_the_view(
    page: Page, role: str | None, status: int
) -> None:
    """A stranger does not learn which nodes there are."""
    if role:
        page.cookies = dict(SESSIONS[role])
    for path in ("/node/live/stream?name=nowhere", "/node/live/stream", f"{STREAM}%00"):
        assert page.get(path).status == status
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = page.request(method, STREAM, headers={"Origin": page.url})
        assert answer.status == (401 if role is None else 405)
    if role:
        with Look(page):
            pass
    else:
        assert page.get(STREAM).status == 401


def test_a_page_without_commands_has_no_view(make_page: MakePage) -> None:
    """Nothing could request it."""
    page = make_page()
    assert page.get(STREAM).status == 404


def test_a_view_is_requested_and_shown_until_the_browser_leaves(
    page: Page, module_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two browsers share the requests; the last one that leaves ends them."""
    monkeypatch.setattr(live_views, "RENEW_SECONDS", 0.2)
    page.cookies = dict(SESSIONS["viewer"])
    with Subscriber(module_broker.port, COMMAND) as node:
        with Look(page) as first:
            with Look(page) as second:
                node.wait_for(lambda seen: len(seen) >= 3)
                node.publish("soundpost/gate/live_view", live_view(first=40), retain=False)
                assert [look.next()["first"] for look in (first, second)] == [40, 40]
            wait_until(lambda: len(page.application.live_views) == 1)
            count = len(node.received)
            node.wait_for(lambda seen: len(seen) > count)
        wait_until(lambda: len(page.application.live_views) == 0)
        node.publish(COMMAND, b"end", retain=False)
        node.wait_for(lambda seen: seen[-1].payload == b"end")
        time.sleep(0.6)
        *requests, end = node.received
        assert end.payload == b"end"
    commands = [json.loads(message.payload) for message in requests]
    assert len({command["id"] for command in commands}) == len(commands)
    assert {command["seconds"] for command in commands} == {15.0}
    assert {(message.retain, message.topic) for message in requests} == {(False, COMMAND)}


def test_a_node_that_sends_garbage_shows_nothing_of_it(page: Page, module_broker: Broker) -> None:
    """Nor does a flood delay the events of other nodes."""
    page.cookies = dict(SESSIONS["viewer"])
    rejected = page.application.feed._state.counts.read().rejected.get("live_view", 0)  # noqa: SLF001 - the page About rounds nothing, and is slower
    with Look(page) as look, Subscriber(module_broker.port, COMMAND) as node:
        garbage = [
            b"",
            b"{}",
            b"\xff" * 100,
            b"[" * 10_000,
            live_view(columns="<script>alert(1)</script>"),
            live_view("barn"),
            live_view(bands=7),
            live_view(columns="A" * 20_000),
        ]
        for number in range(400):
            node.publish("soundpost/gate/live_view", garbage[number % 8], retain=False)
        for number in range(400):
            node.publish("soundpost/gate/live_view", live_view(first=number), retain=False)
        node.publish("soundpost/gate/level", b"-43.2", retain=False)
        firsts = [look.next()["first"]]
        while firsts[-1] < 399:
            firsts.append(look.next()["first"])
        assert firsts == sorted(firsts)
        wait_until(lambda: "43 dBFS" in page.get("/node?name=gate").text)
    counts = page.application.feed._state.counts.read().rejected  # noqa: SLF001 - as above
    assert counts["live_view"] - rejected == 400


def test_a_hundred_slow_browsers_cost_the_others_nothing(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of them are refused; those that do not read are disconnected."""
    monkeypatch.setattr(live_views, "_PAUSE_SECONDS", 0.005)
    page.cookies = dict(SESSIONS["viewer"])
    views, state = page.application.live_views, page.application.feed._state  # noqa: SLF001 - the node is quicker than a broker
    dropped = views.dropped
    cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    request = f"GET {STREAM} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n\r\n".encode()
    with ExitStack() as stack, Look(page) as quick:
        for _ in range(SLOW):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.connect(("127.0.0.1", page.port))
            client.sendall(request)
        wait_until(lambda: len(views) == live_views.MOST_VIEWERS)
        number = 0
        while len(views) > 1:
            payload = live_view(first=number, columns="A" * 13_600, bands=255)
            state.on_live_view("gate", decode_live_view("gate", payload))
            assert quick.next()["first"] == number
            number += 1
        assert views.dropped - dropped == live_views.MOST_VIEWERS - 1


def test_a_stop_does_not_wait_for_a_browser_that_reads_nothing(
    module_broker: Broker, make_page: MakePage, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as one on a phone asleep; what waits for it is given up, and that is no error."""
    page = make_page(mqtt={"broker": module_broker.url, "commands": True})
    views, state = page.application.live_views, page.application.feed._state  # noqa: SLF001 - as above
    with Subscriber(module_broker.port) as node, socket.socket() as client:
        node.publish("soundpost/gate/status", b"online", retain=True)
        wait_until(lambda: page.get("/node?name=gate").status == 200)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.connect(("127.0.0.1", page.port))
        client.sendall(f"GET {STREAM} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        wait_until(lambda: len(views) == 1)
        view = decode_live_view("gate", live_view(columns="A" * 13_600, bands=255))
        while not views.dropped:  # it is too slow: the connection is full
            state.on_live_view("gate", view)
            time.sleep(0.001)
        caplog.clear()
        page.stop()
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


def test_too_many_browsers_get_an_answer(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of the node is there all the same."""
    page.cookies = dict(SESSIONS["viewer"])
    monkeypatch.setattr(page.application.live_views, "_most_viewers", 0)
    assert page.get(STREAM).status == 503
    assert page.get("/node?name=gate").status == 200


def test_the_page_of_a_node_offers_the_view_that_the_node_offers(
    page: Page, module_broker: Broker
) -> None:
    """With a link from the live page."""
    page.cookies = dict(SESSIONS["viewer"])
    shown = page.get("/node?name=gate").text
    assert "live_view.css" in shown
    assert 'data-stream="/node/live/stream?name=gate"' in shown
    assert 'href="/node?name=gate#live-view"' in page.get("/").text
    with Subscriber(module_broker.port) as node:
        node.publish("soundpost/barn/status", b"online", retain=True)
        node.publish("soundpost/barn/settings", b"{}", retain=True)
        wait_until(lambda: page.get("/node?name=barn").status == 200)
    assert "live-view" not in page.get("/node?name=barn").text
