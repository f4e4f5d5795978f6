"""Browsers that do not read."""

import http.client
import socket
from contextlib import ExitStack

import pytest
from mosquitto import wait_until
from mqtt_subscriber import PATIENCE_SECONDS
from web_events import event
from web_page import MakePage, Page

from soundpost_web.live import feed

SLOW = 100


def look(page: Page, stack: ExitStack) -> socket.socket:
    """Returns a connection that has asked for the stream, and reads nothing of it."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.connect(("127.0.0.1", page.port))
    client.sendall(b"GET /live/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    stack.enter_context(client)
    return client


def test_a_hundred_slow_browsers_cost_the_others_nothing(
    make_page: MakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are disconnected and counted; another one gets every event."""
    monkeypatch.setattr(feed, "_PAUSE_SECONDS", 0.01)
    page = make_page(web={"viewers": SLOW + 1})
    viewers, state = page.application.feed, page.application.feed._state  # noqa: SLF001 - there is no broker
    with ExitStack() as stack:
        for _ in range(SLOW):
            look(page, stack)
        wait_until(lambda: len(viewers) == SLOW)
        quick = http.client.HTTPConnection("127.0.0.1", page.port, timeout=PATIENCE_SECONDS)
        stack.callback(quick.close)
        quick.request("GET", "/live/stream")
        stream = stack.enter_context(quick.getresponse())
        number = 0
        while viewers.dropped < SLOW:
            state.update_event(event(label=f"label-{number}-", scientific_name="x" * 200))
            state.set_fault(f"{number}" + "x" * 20_000)  # a long change, so that buffers fill
            line = b""
            while f"label-{number}-".encode() not in line:
                line = stream.readline()
                assert line
            number += 1
        assert (len(viewers), viewers.dropped) == (1, SLOW)
