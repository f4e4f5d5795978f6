"""What Home Assistant is told of a node, by the rules of its device discovery."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from mosquitto import Access, Broker, MakeBroker, wait_until
from mqtt_subscriber import Subscriber
from sample_messages import message
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.events import State
from soundpost.health import Health
from soundpost.messages import ModelIdentity
from soundpost.publish.home_assistant.device import DeviceAnnouncement
from soundpost.publish.publisher import MqttPublisher

MODEL = ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)
CONFIG = "homeassistant/device/post/soundpost/config"
BIRTH = "homeassistant/status"
LABELS = ("siren", "glass_breaking")

_TEXT = {"type": "string", "minLength": 1}
# What Home Assistant's schemas for device discovery and for these three platforms demand.
RULES = {
    "type": "object",
    "required": ["device", "origin", "components"],
    "additionalProperties": False,
    "properties": {
        "device": {
            "required": ["identifiers"],
            "additionalProperties": False,
            "properties": {
                "identifiers": {"type": "array", "items": _TEXT, "minItems": 1},
                **dict.fromkeys(("name", "manufacturer", "model", "sw_version"), _TEXT),
            },
        },
        "origin": {
            "required": ["name"],
            "additionalProperties": False,
            "properties": dict.fromkeys(("name", "sw_version", "support_url"), _TEXT),
        },
        "availability_topic": {"type": "string", "pattern": "^[^#+]+$"},
        "qos": {"enum": [0, 1, 2]},
        "components": {
            "additionalProperties": {
                "required": ["platform", "unique_id", "state_topic"],
                "properties": {
                    "platform": {"enum": ["event", "binary_sensor", "sensor"]},
                    "state_topic": {"type": "string", "pattern": "^[^#+]+$"},
                    "entity_category": {"enum": ["diagnostic"]},
                    "device_class": {"enum": ["sound", "problem", "duration"]},
                    "state_class": {"enum": ["measurement", "total_increasing"]},
                    "event_types": {"type": "array", "items": _TEXT, "minItems": 1},
                },
                "allOf": [
                    {
                        "if": {"properties": {"platform": {"const": "event"}}},
                        "then": {"required": ["event_types"]},
                    }
                ],
            }
        },
    },
}

MakeNode = Callable[..., MqttPublisher]


@pytest.fixture
def make_node(broker: Broker) -> Iterator[MakeNode]:
    """Makes started publishers of node `post` that announce themselves; all close with the test."""
    made: list[MqttPublisher] = []

    def make(labels: tuple[str, ...] = LABELS, url: str = broker.url) -> MqttPublisher:
        config = MqttConfig(broker=url, discovery=True)
        made.append(MqttPublisher(config, "post", Health(), labels, MODEL))
        made[-1].start()
        return made[-1]

    yield make
    for node in made:
        node.close(timeout_seconds=0.0)


def announced(subscriber: Subscriber) -> list[dict[str, Any]]:
    """The components of each announcement so far."""
    return [json.loads(got.payload)["components"] for got in subscriber.on(CONFIG)]


def test_an_announcement_keeps_the_rules() -> None:
    """Every key that is required, none that is unknown, each entity with an id of its own."""
    told = json.loads(DeviceAnnouncement("soundpost/post", LABELS, MODEL).announce())
    Draft202012Validator(RULES).validate(told)
    ids = [component["unique_id"] for component in told["components"].values()]
    assert len(set(ids)) == len(ids)
    assert {"sounds", "sound_siren", "sound_glass_breaking", "sound_any"} < set(told["components"])
    assert told["components"]["sounds"]["event_types"] == list(LABELS)
    assert told["availability_topic"] == "soundpost/post/status"


def test_two_nodes_share_no_id() -> None:
    """Neither those of one prefix nor those of one name."""
    ids: list[str] = []
    for base in ("soundpost/a", "soundpost/b", "farm/a"):
        told = json.loads(DeviceAnnouncement(base, LABELS, MODEL).announce())
        ids += [component["unique_id"] for component in told["components"].values()]
        ids += told["device"]["identifiers"]
    assert len(set(ids)) == len(ids)


@given(st.binary() | st.recursive(st.text(), st.lists).map(lambda x: json.dumps(x).encode()))
def test_a_retained_message_that_is_no_announcement_is_none(garbage: bytes) -> None:
    """Whoever may write there cannot stop the node."""
    announcement = DeviceAnnouncement("soundpost/post", LABELS, MODEL)
    assert announcement.announce(garbage) == announcement.announce()


def test_a_label_that_goes_is_removed(
    subscriber: Subscriber, make_node: MakeNode, broker: Broker
) -> None:
    """The next run says so to Home Assistant, and keeps saying it to one that was away."""
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


def test_an_announcement_is_whole_from_the_first(
    subscriber: Subscriber, make_node: MakeNode
) -> None:
    """What is taken back is said at once, and the same again only when Home Assistant begins."""
    node = make_node()
    subscriber.wait_for(lambda _: announced(subscriber))  # gone at once, it tells nothing
    node.close()
    make_node(("siren",))
    sound = "soundpost/post/sound/siren"
    subscriber.wait_for(lambda _: len(subscriber.on(sound)) > 1 and len(announced(subscriber)) > 1)
    subscriber.publish(BIRTH, b"online", retain=False)
    subscriber.wait_for(lambda _: len(announced(subscriber)) > 2)
    first, second, again = announced(subscriber)
    assert set(first) == set(second)
    assert second["sound_glass_breaking"] == {"platform": "binary_sensor"}
    assert again == second


@pytest.mark.parametrize(
    "written", [b"", b"garbage", DeviceAnnouncement("a/b", ("dog",), MODEL).announce()]
)
def test_who_writes_over_an_announcement_is_not_contradicted_for_ever(
    subscriber: Subscriber, make_node: MakeNode, written: bytes
) -> None:
    """A device that a person deletes is gone; a twin, who has other labels, is answered once."""
    make_node()
    subscriber.wait_for(lambda _: announced(subscriber))
    for _ in range(5):
        subscriber.publish(CONFIG, written, retain=True)
    subscriber.publish(BIRTH, b"online", retain=False)  # this is answered after all of them
    sound = "soundpost/post/sound/siren"
    subscriber.wait_for(lambda _: len(subscriber.on(sound)) > 1)
    ours = [got for got in subscriber.on(CONFIG) if got.payload != written]
    assert len(ours) == (3 if b"dog" in written else 2)


def test_home_assistant_is_told_again_when_it_begins(
    subscriber: Subscriber, make_node: MakeNode
) -> None:
    """Its birth message is answered with the announcement and with what is heard now."""
    node = make_node()
    subscriber.wait_for(lambda _: subscriber.on("soundpost/post/sound/siren"))
    subscriber.wait_for(lambda _: announced(subscriber))
    node.publish(message(1))
    subscriber.wait_for(lambda _: subscriber.on("soundpost/post/sound/siren")[1:])
    count = len(announced(subscriber))
    subscriber.publish(BIRTH, b"offline", retain=False)
    subscriber.publish(BIRTH, b"online", retain=False)
    subscriber.wait_for(lambda _: len(announced(subscriber)) > count)
    subscriber.wait_for(lambda _: len(subscriber.on("soundpost/post/sound/siren")) == 3)
    assert [got.text for got in subscriber.on("soundpost/post/sound/siren")] == ["OFF", "ON", "ON"]
    assert len(announced(subscriber)) == count + 1


def test_sounds_are_on_while_they_last(subscriber: Subscriber, make_node: MakeNode) -> None:
    """`any` is on while one of them is; all are retained."""
    node = make_node()
    siren, anything = "soundpost/post/sound/siren", "soundpost/post/sound/any"
    subscriber.wait_for(lambda _: subscriber.on(siren) and subscriber.on(anything))
    for seq, state in enumerate((State.STARTED, State.CONFIRMED, State.ENDED), 1):
        node.publish(message(seq, state=state))
        expected = "OFF" if state is State.ENDED else "ON"
        subscriber.wait_for(lambda _: subscriber.on(anything)[-1].text == expected)  # noqa: B023 - waited for here
    assert [got.text for got in subscriber.on(siren)] == ["OFF", "ON", "OFF"]
    assert [got.text for got in subscriber.on(anything)] == ["OFF", "ON", "OFF"]


def test_a_sound_that_a_killed_run_left_on_is_put_out(
    broker: Broker, subscriber: Subscriber, make_node: MakeNode
) -> None:
    """The broker would say for ever that it is heard."""
    subscriber.publish("soundpost/post/sound/siren", b"ON", retain=True)
    make_node()
    subscriber.wait_for(lambda _: len(subscriber.on("soundpost/post/sound/siren")) == 2)
    with Subscriber(broker.port, "soundpost/post/sound/siren") as late:
        assert [got.text for got in late.wait_for(len)] == ["OFF"]


def test_a_broker_that_forbids_it_is_told_of_once(
    make_broker: MakeBroker, make_node: MakeNode, log: Log
) -> None:
    """Detections are told all the same."""
    broker = make_broker(Access(acl=("topic write soundpost/post/#",)))
    node = make_node(url=broker.url)
    node.publish(message(1))
    told = log.wait_for("WARNING the broker refuses what mqtt.discovery needs")
    assert CONFIG in told
    wait_until(lambda: broker.log.count("detections") >= 1)
    node.close()
    assert log.count("mqtt.discovery") == 1


def test_a_broker_that_hangs_up_on_an_announcement_is_spared_it(
    tmp_path: Path, make_node: MakeNode, log: Log
) -> None:
    """One that takes no message of that size gets the detections all the same; it is told once."""
    broker = Broker(tmp_path, extra=("message_size_limit 1000",)).start()
    try:
        node = make_node(url=broker.url)
        log.wait_for("WARNING the broker refuses what mqtt.discovery needs: it hangs up")
        with Subscriber(broker.port, "soundpost/post/detections") as subscriber:
            node.publish(message(1))
            subscriber.wait_for(len)
        assert node.is_connected
    finally:
        broker.kill()
    assert log.count("mqtt.discovery") == 1


def test_nothing_is_announced_unless_asked_for(broker: Broker, subscriber: Subscriber) -> None:
    """The default writes below the node's own name, and reads nothing."""
    with MqttPublisher(MqttConfig(broker=broker.url), "post", Health(), LABELS, MODEL) as node:
        node.publish(message(1))
    subscriber.wait_for(lambda got: got and got[-1].text == "offline")
    assert all(got.topic.startswith("soundpost/post/") for got in subscriber.received)
