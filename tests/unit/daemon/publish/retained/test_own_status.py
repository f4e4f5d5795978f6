"""Two nodes of one name, and a wrong status, at a real broker and with a clock of the test."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_broker import silent_broker
from manual_clock import ManualClock
from mosquitto import Access, Broker, MakeBroker, wait_until
from mqtt_subscriber import Subscriber
from watched_log import Log

from soundpost.health import Health, Problem
from soundpost.messages import MessageBuilder
from soundpost.messages.payload import OFFLINE, ONLINE
from soundpost.mqtt.message import IncomingMessage
from soundpost.publish.publisher import MqttPublisher
from soundpost.publish.retained.own_status import OwnStatus

MakePublisher = Callable[..., MqttPublisher]
STATUS = "soundpost/post/status"
HEALTH = "soundpost/post/health"
FOUND = "another node publishes on soundpost/post/status"
HOLD_SECONDS = 90.0


@pytest.fixture
def clock() -> ManualClock:
    """Provides the clock."""
    return ManualClock()


@pytest.fixture
def own_status(clock: ManualClock) -> OwnStatus:
    """Provides the status of run `own`."""
    return OwnStatus(STATUS, "own", HOLD_SECONDS, now_seconds=clock)


def receive(own_status: OwnStatus, payload: bytes, run_id: str | None) -> None:
    """Delivers a status of a run."""
    own_status.on_message(IncomingMessage(STATUS, payload, run_id=run_id))


def statuses(subscriber: Subscriber) -> list[str]:
    """Returns each status so far."""
    return [message.text for message in subscriber.on(STATUS)]


def test_both_nodes_of_one_name_find_each_other(
    broker: Broker, make_publisher: MakePublisher, log: Log
) -> None:
    """At once, whatever the time between two health reports."""
    first = make_publisher(broker.url)
    wait_until(lambda: first.is_connected)
    second = make_publisher(broker.url)
    wait_until(lambda: first.problems == (Problem.DUPLICATE_NODE,))
    wait_until(lambda: second.problems == (Problem.DUPLICATE_NODE,))
    assert log.count(FOUND) == 2
    second.close()
    wait_until(lambda: not first.problems)
    log.wait_for("no other node publishes on soundpost/post/status any more")


def test_two_nodes_with_one_client_identifier_find_each_other(
    broker: Broker, make_publisher: MakePublisher, log: Log
) -> None:
    """They are never connected at the same time; the hint names the key, and both report it."""
    nodes = [make_publisher(broker.url, client_id="thing-7") for _ in range(2)]
    wait_until(lambda: all(node.problems == (Problem.DUPLICATE_NODE,) for node in nodes))
    assert "mqtt.client_id" in log.wait_for(f"connection to {broker.url} is lost")
    assert log.count(FOUND) == 2


def test_a_node_that_reconnects_is_no_duplicate_of_itself(
    make_broker: MakeBroker, make_publisher: MakePublisher, health: Health
) -> None:
    """The status at the broker is its own, or `offline` of an earlier run."""
    broker = make_broker(persistent=True)
    earlier = make_publisher(broker.url)
    wait_until(lambda: earlier.is_connected)
    earlier.close()
    publisher = make_publisher(broker.url)
    for connects in range(2, 5):
        wait_until(lambda: publisher.is_connected and health.connects >= connects)  # noqa: B023 - waited for here
        time.sleep(0.2)  # for the status that is retained
        assert publisher.problems == ()
        broker.kill()
        broker.start()


def test_a_node_that_stops_does_not_leave_the_other_one_offline(
    broker: Broker, make_publisher: MakePublisher
) -> None:
    """Its `offline` is followed by the `online` of the other one, without a health report."""
    first = make_publisher(broker.url)
    wait_until(lambda: first.is_connected)
    with Subscriber(broker.port) as subscriber:
        second = make_publisher(broker.url)
        wait_until(lambda: second.is_connected)
        second.close()
        subscriber.wait_for(
            lambda _: ("offline", "online") in itertools.pairwise(statuses(subscriber))
        )
    with Subscriber(broker.port) as late:
        # Once as retained, and once more if the first node has just renewed it.
        late.wait_for(lambda _: set(statuses(late)) == {"online"})


def test_a_wrong_status_is_corrected_at_once(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """The last will of an earlier connection may be published late."""
    make_publisher(broker.url)
    subscriber.wait_for(lambda _: statuses(subscriber))
    subscriber.publish(STATUS, OFFLINE, retain=True)
    subscriber.wait_for(lambda _: statuses(subscriber)[-2:] == ["offline", "online"])


@pytest.mark.parametrize("rights", [(), ("topic deny soundpost/post/status",)])
def test_a_node_that_may_not_read_its_status_works_all_the_same(
    make_broker: MakeBroker,
    make_publisher: MakePublisher,
    password_file: Path,
    builder: MessageBuilder,
    log: Log,
    rights: tuple[str, ...],
) -> None:
    """The broker withholds its status, or refuses the subscription: health still arrives."""
    acl = ("user post", *rights, "topic write soundpost/post/#", "user reader", "topic read #")
    broker = make_broker(Access({"post": "secret-7", "reader": "x"}, acl))
    with Subscriber(broker.port, HEALTH, ("reader", "x")) as subscriber:
        publisher = make_publisher(
            broker.url, username="post", password_file=str(password_file), health_seconds=1.0
        )
        for windows in range(20):
            publisher.publish_health(builder.health(Health(windows=windows), 0))
            wait_until(lambda: len(subscriber.received) > windows)  # noqa: B023 - waited for here
    assert (publisher.problems, log.count("would not be detected")) in (((), 0), ((), 1))
    assert log.count("WARNING") == len(rights)  # that it may not publish it either


def test_a_broker_that_disconnects_on_the_subscription_gets_no_more_of_them(
    make_publisher: MakePublisher, log: Log
) -> None:
    """After two connections that it ended the node connects without."""
    with silent_broker() as broker:
        make_publisher(broker.url)
        for _ in range(2):
            broker.accept(20)
            broker.close()
        broker.accept(20)
        log.wait_for("disconnects on the subscription")


def test_the_status_of_this_run_is_no_other_node(own_status: OwnStatus) -> None:
    """A broker may send back what the node has published itself."""
    receive(own_status, ONLINE, "own")
    assert not own_status.has_duplicate
    assert not own_status.needs_correction()


@pytest.mark.parametrize("run_id", ["other", None])
def test_another_run_is_a_duplicate_until_its_status_expires(
    own_status: OwnStatus, clock: ManualClock, run_id: str | None, log: Log
) -> None:
    """A release without run ids is one, too; repetitions add no lines."""
    for _ in range(3):
        receive(own_status, ONLINE, run_id)
        clock.seconds += HOLD_SECONDS - 1.0
        assert not own_status.needs_correction()
        assert own_status.has_duplicate
    clock.seconds += 2.0
    assert not own_status.needs_correction()
    assert not own_status.has_duplicate
    assert log.count(FOUND) == 1


def test_a_duplicate_is_gone_when_it_is_offline(own_status: OwnStatus) -> None:
    """Of two, one is left."""
    receive(own_status, ONLINE, "one")
    receive(own_status, ONLINE, "two")
    receive(own_status, OFFLINE, "one")
    assert own_status.has_duplicate
    receive(own_status, OFFLINE, "two")
    assert not own_status.has_duplicate


def test_a_flood_of_wrong_statuses_is_corrected_once_a_second(
    own_status: OwnStatus, clock: ManualClock
) -> None:
    """A client that never stops does not make the node flood the broker."""
    corrections = 0
    for _ in range(100):
        receive(own_status, OFFLINE, None)
        corrections += own_status.needs_correction()
        clock.seconds += 0.1
    assert corrections == 10


def test_a_new_run_gets_one_reply(own_status: OwnStatus, clock: ManualClock) -> None:
    """Two nodes do not reply to each other for ever; a flood of runs gets one reply a second."""
    replies = 0
    for number in range(100):
        receive(own_status, ONLINE, f"run {number % 10}")
        replies += own_status.needs_reply()
        clock.seconds += 0.1
    assert replies == 2
    receive(own_status, OFFLINE, "run 1")
    assert not own_status.needs_reply()


def test_forged_runs_take_no_memory(own_status: OwnStatus) -> None:
    """The number of runs that are followed is bounded."""
    for number in range(10_000):
        receive(own_status, ONLINE, str(number))
    assert own_status.has_duplicate
    assert len(own_status._others) < 100  # noqa: SLF001 - the memory it takes has no other sign
