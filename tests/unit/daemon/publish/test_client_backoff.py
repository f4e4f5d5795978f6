"""How soon a lost broker is called again."""

import time
from collections.abc import Callable
from functools import partial

import pytest
from mosquitto import Access, Broker, MakeBroker, wait_until
from network_cut import cut_line

from soundpost.messages import DetectionMessage
from soundpost.publish import client
from soundpost.publish.publisher import MqttPublisher
from soundpost.system.backoff import Backoff

MakePublisher = Callable[..., MqttPublisher]

MakeMessages = Callable[[int], list[DetectionMessage]]

WELCOMED = 300
"""Bytes enough to be let in, and too few to tell a detection."""


def test_a_connection_that_lasted_is_missed_soon(
    broker: Broker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each loss after a good connection begins with the shortest wait again."""
    monkeypatch.setattr(client, "Backoff", partial(Backoff, 0.01, 3_600.0))
    monkeypatch.setattr(client, "_STEADY_SECONDS", 0.0)
    with cut_line(broker.port, [WELCOMED] * 20) as line:
        publisher = make_publisher(f"mqtt://127.0.0.1:{line.port}")
        publisher.publish(messages(1)[0])
        wait_until(lambda: line.connections >= 15)


def test_a_connection_that_always_breaks_is_tried_ever_less_often(
    broker: Broker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To be let in is not yet success: the waits grow, by halves of 20, 40, 80 ... ms at least."""
    monkeypatch.setattr(client, "Backoff", partial(Backoff, 0.02))
    with cut_line(broker.port, [WELCOMED] * 20) as line:
        began_seconds = time.monotonic()
        publisher = make_publisher(f"mqtt://127.0.0.1:{line.port}")
        publisher.publish(messages(1)[0])
        wait_until(lambda: line.connections >= 7)
        assert time.monotonic() - began_seconds >= 0.01 * (1 + 2 + 4 + 8 + 16 + 32)


def test_closing_does_not_storm_a_broker_that_says_no(
    make_broker: MakeBroker, make_publisher: MakePublisher, messages: MakeMessages
) -> None:
    """With something left to tell it tries on, but at its own pace."""
    broker = make_broker(Access({"post": "secret"}))
    publisher = make_publisher(broker.url)
    publisher.publish(messages(1)[0])
    publisher.close(timeout_seconds=0.5)
    assert 1 <= broker.log.count("not authorised") <= 3
