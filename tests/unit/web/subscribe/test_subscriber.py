"""The subscriber, with a real broker."""

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from mosquitto import Broker, MakeBroker, wait_until
from published import publish
from tcp_servers import scripted_server
from web_events import NOON, detection, event_id, health, wire_time

from soundpost.config import BrokerConfig
from soundpost.mqtt.broker import connection_settings, load_broker_address
from soundpost_web.history.event import Event
from soundpost_web.history.filters import EventFilter
from soundpost_web.history.message import Rank
from soundpost_web.history.query import find_events
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore
from soundpost_web.nodes.state import LiveState
from soundpost_web.subscribe.subscriber import Subscriber

EVERYTHING = EventFilter(0, 10**13)
SESSION_SECONDS = 3_600


class Running:
    """A running subscriber.

    Args:
        url: The address of the broker.
        path: The history.
        client_id: Its name at the broker.
    """

    def __init__(self, url: str, path: Path, client_id: str) -> None:
        self.state = LiveState()
        self.path = path
        config = BrokerConfig(broker=url, client_id=client_id)
        store = HistoryStore(path, Limits(36_500, 100))
        store.open()
        settings = connection_settings(config, load_broker_address(config), "web")
        self._subscriber = Subscriber(settings, "soundpost", SESSION_SECONDS, store, self.state)
        self._subscriber.start()

    def events(self) -> list[Event]:
        """Returns the events of the history."""
        return find_events(self.path, EVERYTHING).events

    def wait_for_broker(self) -> None:
        """Returns when it is subscribed."""
        wait_until(lambda: self.state.broker.is_connected)

    def close(self) -> None:
        """Ends it."""
        self._subscriber.close()
        assert not self._subscriber.is_alive


Run = Callable[[str], Running]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Provides a function that starts a subscriber; all have the same history and session."""
    client_id, started = f"page-{secrets.token_hex(4)}", list[Running]()

    def start(url: str) -> Running:
        started.append(Running(url, tmp_path / "history.db", client_id))
        return started[-1]

    yield start
    for running in started:
        running.close()


def states(node: str, seq: int, *names: str) -> list[tuple[str, bytes, bool]]:
    """Returns the messages of one event."""
    identity = event_id()
    end = wire_time(NOON + timedelta(seconds=3))
    return [
        (
            f"{node}/detections",
            detection(
                node,
                id=identity,
                seq=seq + number,
                state=name,
                offset=end if name in {"ended", "retracted"} else None,
            ),
            False,
        )
        for number, name in enumerate(names)
    ]


def test_nodes_and_their_events_arrive(broker: Broker, run: Run) -> None:
    """Retained states too, which were there before."""
    publish(broker, ("gate/status", b"online", True), ("gate/health", health(), True))
    page = run(broker.url)
    page.wait_for_broker()
    publish(
        broker,
        ("barn/yard/status", b"online", True),
        *states("gate", 1, "started", "confirmed", "ended"),
        *states("barn/yard", 1, "started", "retracted"),
    )
    wait_until(lambda: {event.rank for event in page.events()} == {Rank.ENDED, Rank.RETRACTED})
    assert [(node.name, node.is_online) for node in page.state.nodes] == [
        ("barn/yard", True),
        ("gate", True),
    ]


def test_nothing_is_missing_after_the_page_was_away(broker: Broker, run: Run) -> None:
    """The broker keeps the messages of its session."""
    first = run(broker.url)
    first.wait_for_broker()
    publish(broker, *states("gate", 1, "started", "confirmed"))
    wait_until(lambda: len(first.events()) == 1)
    first.close()
    publish(broker, *states("gate", 3, "started", "confirmed", "ended"))
    second = run(broker.url)
    wait_until(lambda: len(second.events()) == 2)
    assert find_events(second.path, EVERYTHING).gaps == []


def test_reports_of_hours_push_no_event_out_of_the_queue(broker: Broker, run: Run) -> None:
    """A broker keeps a thousand messages for a page that is away; states are none of them."""
    first = run(broker.url)
    first.wait_for_broker()
    first.close()
    reports = [("gate/health", health(queue_seconds=float(n)), False) for n in range(1_500)]
    publish(broker, *reports, *states("gate", 1, "started"))
    second = run(broker.url)
    wait_until(lambda: len(second.events()) == 1)


def test_what_is_lost_is_a_gap(broker: Broker, run: Run) -> None:
    """Its numbers never arrive."""
    page = run(broker.url)
    page.wait_for_broker()
    publish(broker, *states("gate", 1, "started"), *states("gate", 5, "started"))
    wait_until(lambda: len(page.events()) == 2)
    (gap,) = find_events(page.path, EVERYTHING).gaps
    assert (gap.node, gap.first, gap.last) == ("gate", 2, 4)


def test_a_broker_that_is_gone_is_shown_and_found_again(make_broker: MakeBroker, run: Run) -> None:
    """Without it the history stays; statuses count anew afterwards."""
    broker = make_broker()
    page = run(broker.url)
    page.wait_for_broker()
    publish(broker, ("gate/status", b"online", True))
    wait_until(lambda: [node.is_online for node in page.state.nodes] == [True])
    broker.kill()
    wait_until(lambda: "no broker" in page.state.broker.failure)
    broker.start()
    page.wait_for_broker()
    assert [node.is_online for node in page.state.nodes] == [None]
    publish(broker, *states("gate", 1, "started"))
    wait_until(lambda: len(page.events()) == 1)


def test_a_server_that_is_no_broker_is_survived(run: Run) -> None:
    """It is reported, and tried again."""
    with scripted_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as (port, _):
        page = run(f"mqtt://127.0.0.1:{port}")
        wait_until(lambda: "does not answer as an MQTT 5 broker" in page.state.broker.failure)


def test_garbage_between_messages_is_counted(broker: Broker, run: Run) -> None:
    """The messages around it arrive."""
    page = run(broker.url)
    page.wait_for_broker()
    publish(
        broker,
        ("gate/detections", b"x" * 200_000, False),
        ("gate/health", b"\xff\x00", False),
        ("gate/sound/status", b"ON", False),
        *states("gate", 1, "started"),
    )
    wait_until(lambda: len(page.events()) == 1)
    assert page.state.counts.read().rejected == {"detections": 1, "health": 1, "topic": 1}


def test_a_thousand_messages_at_once_all_arrive(broker: Broker, run: Run) -> None:
    """As after a long outage of the broker of a node."""
    page = run(broker.url)
    page.wait_for_broker()
    messages = [message for seq in range(1, 1_001) for message in states("gate", seq, "started")]
    publish(broker, *messages)
    wait_until(lambda: find_events(page.path, EVERYTHING).total == 1_000)
    assert find_events(page.path, EVERYTHING).gaps == []
