"""Announcements to Home Assistant through a real broker."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mosquitto import Access, Broker, MakeBroker, wait_until
from mqtt_subscriber import Subscriber
from sample_messages import message
from scripted_broker import PUBLISH, Packet, default_reply, packet, scripted_broker
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.events import State
from soundpost.health import Health
from soundpost.messages import MessageBuilder, ModelIdentity
from soundpost.publish.home_assistant.entities import DeviceAnnouncement
from soundpost.publish.publisher import MqttPublisher, NodeDescription

MODEL = ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)
CONFIG = "homeassistant/device/post/soundpost/config"
BIRTH = "homeassistant/status"
SIREN = "soundpost/post/sound/siren"
LABELS = ("siren", "glass_breaking")

MakeNode = Callable[..., MqttPublisher]


@pytest.fixture
def make_node(broker: Broker) -> Iterator[MakeNode]:
    """Provides a factory of started publishers of node `post` with discovery."""
    made: list[MqttPublisher] = []

    def make(labels: tuple[str, ...] = LABELS, url: str = broker.url) -> MqttPublisher:
        config = MqttConfig(broker=url, discovery=True)
        made.append(MqttPublisher(config, NodeDescription("post", labels, MODEL), Health()))
        made[-1].start()
        return made[-1]

    yield make
    for node in made:
        node.close(timeout_seconds=0.0)


def announced(subscriber: Subscriber) -> list[dict[str, Any]]:
    """Returns the components of each announcement so far."""
    return [json.loads(message.payload)["components"] for message in subscriber.on(CONFIG)]


def test_the_entity_of_a_removed_label_is_removed(
    subscriber: Subscriber, make_node: MakeNode, broker: Broker
) -> None:
    """The next announcement removes it, for a Home Assistant that was offline too."""
    first = make_node()
    subscriber.wait_for(lambda _: announced(subscriber))
    first.close()
    make_node(("siren",))
    removed = {"platform": "binary_sensor"}
    subscriber.wait_for(lambda _: announced(subscriber)[-1].get("sound_glass_breaking") == removed)
    with Subscriber(broker.port, CONFIG) as late:
        late.wait_for(len)
        components = announced(late)[-1]
    assert components["sound_glass_breaking"] == removed
    assert components["sound_siren"]["name"] == "Siren"


def test_an_announcement_is_complete_and_not_repeated(
    subscriber: Subscriber, make_node: MakeNode
) -> None:
    """The first one names removed entities; it is repeated only when Home Assistant starts."""
    node = make_node()
    subscriber.wait_for(lambda _: announced(subscriber))  # closed sooner, it would announce nothing
    node.close()
    make_node(("siren",))
    subscriber.wait_for(lambda _: len(subscriber.on(SIREN)) > 1 and len(announced(subscriber)) > 1)
    subscriber.publish(BIRTH, b"online", retain=False)
    subscriber.wait_for(lambda _: len(announced(subscriber)) > 2)
    first, second, again = announced(subscriber)
    assert set(first) == set(second)
    assert second["sound_glass_breaking"] == {"platform": "binary_sensor"}
    assert again == second


@pytest.mark.parametrize(
    "written", [b"", b"garbage", DeviceAnnouncement("a/b", ("dog",), MODEL).build_payload()]
)
def test_an_overwritten_announcement_is_not_repeated_for_ever(
    subscriber: Subscriber, make_node: MakeNode, written: bytes
) -> None:
    """A deleted device stays deleted; another node of the same name causes one reply."""
    make_node()
    subscriber.wait_for(lambda _: announced(subscriber))
    for _ in range(5):
        subscriber.publish(CONFIG, written, retain=True)
    subscriber.publish(BIRTH, b"online", retain=False)  # handled after all of them
    subscriber.wait_for(lambda _: len(subscriber.on(SIREN)) > 1)
    ours = [message for message in subscriber.on(CONFIG) if message.payload != written]
    assert len(ours) == (3 if b"dog" in written else 2)


def test_the_birth_message_causes_a_new_announcement(
    subscriber: Subscriber, make_node: MakeNode
) -> None:
    """The states of the sounds are published again too."""
    node = make_node()
    subscriber.wait_for(lambda _: subscriber.on(SIREN))
    subscriber.wait_for(lambda _: announced(subscriber))
    node.publish(message(1))
    subscriber.wait_for(lambda _: subscriber.on(SIREN)[1:])
    count = len(announced(subscriber))
    subscriber.publish(BIRTH, b"offline", retain=False)
    subscriber.publish(BIRTH, b"online", retain=False)
    subscriber.wait_for(lambda _: len(announced(subscriber)) > count)
    subscriber.wait_for(lambda _: len(subscriber.on(SIREN)) == 3)
    assert [message.text for message in subscriber.on(SIREN)] == ["OFF", "ON", "ON"]
    assert len(announced(subscriber)) == count + 1


def test_states_are_sent_again_with_every_health_report(
    subscriber: Subscriber, make_node: MakeNode, builder: MessageBuilder
) -> None:
    """The entities expire after three reports, although no value has changed."""
    node = make_node()
    subscriber.wait_for(lambda _: subscriber.on(SIREN))
    for count in (2, 3):
        node.publish_health(builder.health(Health(), 0))
        subscriber.wait_for(lambda _: len(subscriber.on(SIREN)) == count)  # noqa: B023 - called within the loop
    assert {message.text for message in subscriber.on(SIREN)} == {"OFF"}


def test_a_sound_is_on_while_it_lasts(subscriber: Subscriber, make_node: MakeNode) -> None:
    """`any` is on while any label is; all are retained."""
    node = make_node()
    anything = "soundpost/post/sound/any"
    subscriber.wait_for(lambda _: subscriber.on(SIREN) and subscriber.on(anything))
    for seq, state in enumerate((State.STARTED, State.CONFIRMED, State.ENDED), 1):
        node.publish(message(seq, state=state))
        expected = "OFF" if state is State.ENDED else "ON"
        subscriber.wait_for(lambda _: subscriber.on(anything)[-1].text == expected)  # noqa: B023 - called within the loop
    assert [message.text for message in subscriber.on(SIREN)] == ["OFF", "ON", "OFF"]
    assert [message.text for message in subscriber.on(anything)] == ["OFF", "ON", "OFF"]


def test_a_sound_that_a_killed_run_left_on_is_switched_off(
    broker: Broker, subscriber: Subscriber, make_node: MakeNode
) -> None:
    """Its retained value would last for ever."""
    subscriber.publish(SIREN, b"ON", retain=True)
    make_node()
    subscriber.wait_for(lambda _: len(subscriber.on(SIREN)) == 2)
    with Subscriber(broker.port, SIREN) as late:
        assert [message.text for message in late.wait_for(len)] == ["OFF"]


def test_a_refused_subscription_is_logged_once(
    make_broker: MakeBroker, make_node: MakeNode, log: Log
) -> None:
    """Detections are published all the same."""
    broker = make_broker(Access(acl=("topic write soundpost/post/#",)))
    node = make_node(url=broker.url)
    node.publish(message(1))
    line = log.wait_for("WARNING the broker refuses what mqtt.discovery needs")
    assert CONFIG in line
    wait_until(lambda: broker.log.count("detections") >= 1)
    node.close()
    assert log.count("mqtt.discovery") == 1


def test_a_node_with_a_full_host_name_is_discovered(broker: Broker, subscriber: Subscriber) -> None:
    """Its discovery topic fits Home Assistant's pattern; its own topics have the name."""
    node = NodeDescription("gate.farm.example", LABELS, MODEL)
    with MqttPublisher(MqttConfig(broker=broker.url, discovery=True), node, Health()):
        received = subscriber.wait_for(
            lambda received: [m for m in received if m.topic.startswith("homeassistant/")]
        )
    (topic,) = {m.topic for m in received if m.topic.startswith("homeassistant/")}
    assert re.fullmatch(r"homeassistant/device/[a-zA-Z0-9_-]+/[a-zA-Z0-9_-]+/config", topic)
    assert subscriber.on("soundpost/gate.farm.example/status")


def test_an_announcement_that_is_too_large_is_left_out(
    make_broker: MakeBroker, make_node: MakeNode, log: Log
) -> None:
    """The broker's size limit is too small; detections arrive, and the cause is logged once."""
    broker = make_broker(extra=("message_size_limit 1000",))
    node = make_node(url=broker.url)
    log.wait_for("WARNING the broker refuses what mqtt.discovery needs: Packet too large")
    with Subscriber(broker.port, "soundpost/post/detections") as subscriber:
        node.publish(message(1))
        subscriber.wait_for(len)
    assert node.is_connected
    assert log.count("mqtt.discovery") == 1


def test_a_broker_that_disconnects_on_an_announcement_does_not_get_it_again(
    make_node: MakeNode, log: Log
) -> None:
    """It gives no reason; detections are published, and the cause is logged once."""

    def reply(received: Packet) -> bytes | None:
        is_large = received.kind == PUBLISH and received.size > 1_000
        return None if is_large else default_reply(received)

    with scripted_broker(reply) as broker:
        node = make_node(url=broker.url)
        log.wait_for("WARNING the broker refuses what mqtt.discovery needs: it disconnects")
        node.publish(message(1))
        wait_until(lambda: bool(broker.published("soundpost/post/detections")))
        assert node.is_connected
        node.close(timeout_seconds=0.0)
    assert log.count("mqtt.discovery") == 1


def test_a_flood_of_birth_messages_is_answered_one_at_a_time(make_node: MakeNode) -> None:
    """Announcements that the broker does not acknowledge do not pile up."""
    births = packet(0x30, b"\0\x14homeassistant/status\0online") * 2_000
    held: list[Packet] = []

    def reply(received: Packet) -> bytes | None:
        if received.kind == PUBLISH and received.topic == CONFIG:
            held.append(received)
            return births if len(held) == 1 else b""
        return default_reply(received)

    with scripted_broker(reply) as broker:
        node = make_node(url=broker.url)
        wait_until(lambda: len(held) > 1)
        node.publish(message(1))
        wait_until(lambda: bool(broker.published("soundpost/post/detections")))
        assert len(held) <= 3
        assert node.is_connected
        node.close(timeout_seconds=0.0)


def test_discovery_is_off_by_default(broker: Broker, subscriber: Subscriber) -> None:
    """The node publishes only below its base topic, and subscribes to nothing."""
    node = NodeDescription("post", LABELS, MODEL)
    with MqttPublisher(MqttConfig(broker=broker.url), node, Health()) as publisher:
        publisher.publish(message(1))
    subscriber.wait_for(lambda received: received and received[-1].text == "offline")
    assert all(message.topic.startswith("soundpost/post/") for message in subscriber.received)
