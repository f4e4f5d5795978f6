"""Retained topics of earlier runs, at a real broker."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from mosquitto import Access, Broker, MakeBroker, wait_until
from mqtt_subscriber import Subscriber
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.messages import ModelIdentity
from soundpost.publish.publisher import MqttPublisher, NodeDescription
from soundpost.publish.retained.topics import RetainedTopics


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., None]:
    """Provides a function that runs a publisher of some labels until it is connected."""

    def run_once(broker: Broker, *labels: str, name: str = "post", **keys: str) -> None:
        config = MqttConfig(broker=broker.url, outbox=str(tmp_path / "outbox.db"), **keys)  # type: ignore[arg-type]  # the keys of a test
        with MqttPublisher(config, NodeDescription(name, labels), Health()) as publisher:
            wait_until(lambda: publisher.is_connected)

    return run_once


def retained(broker: Broker, user: tuple[str, str] | None = None) -> dict[str, str]:
    """Returns the retained messages that a new subscriber receives now."""
    with Subscriber(broker.port, user=user) as late:
        late.publish("end", b"", retain=False)  # arrives after the retained messages
        seen = late.wait_for(lambda seen: any(m.topic == "end" for m in seen))
    return {m.topic: m.text for m in seen if m.retain}


def test_a_label_that_is_gone_is_cleared(broker: Broker, run: Callable[..., None]) -> None:
    """Its subscribers receive OFF before the retained message is removed."""
    run(broker, "dog", "siren")
    assert {"soundpost/post/sound/dog", "soundpost/post/sound/siren"} < set(retained(broker))
    with Subscriber(broker.port, "soundpost/post/sound/siren") as subscriber:
        run(broker, "dog")
        seen = subscriber.wait_for(lambda seen: seen and not seen[-1].payload)
        assert [m.text for m in seen] == ["OFF", "OFF", ""]
    assert "soundpost/post/sound/siren" not in retained(broker)
    assert retained(broker)["soundpost/post/sound/dog"] == "OFF"


def test_a_group_that_is_gone_is_cleared(broker: Broker, tmp_path: Path) -> None:
    """As a label is: its subscribers receive OFF before the retained message is removed."""
    topic = "soundpost/post/group/animals"
    config = MqttConfig(broker=broker.url, outbox=str(tmp_path / "outbox.db"))
    with MqttPublisher(
        config, NodeDescription("post", ["dog"], groups={"animals": {"dog"}}), Health()
    ) as publisher:
        wait_until(lambda: publisher.is_connected)
    assert retained(broker)[topic] == "OFF"
    with (
        Subscriber(broker.port, topic) as subscriber,
        MqttPublisher(config, NodeDescription("post", ["dog"]), Health()),
    ):
        seen = subscriber.wait_for(lambda seen: seen and not seen[-1].payload)
        assert [m.text for m in seen] == ["OFF", "OFF", ""]
    assert topic not in retained(broker)


def test_what_is_cleared_is_forgotten(broker: Broker, run: Callable[..., None]) -> None:
    """Another node may use the old name: a third run does not touch its topics."""
    run(broker, "dog", name="old")
    run(broker, "dog", name="new")
    with Subscriber(broker.port) as subscriber:
        subscriber.publish("soundpost/old/status", b"online", retain=True)
        run(broker, "dog", name="new")
    assert retained(broker)["soundpost/old/status"] == "online"


def test_topics_are_cleared_when_the_broker_is_back(
    broker: Broker, run: Callable[..., None], tmp_path: Path
) -> None:
    """Until the broker has acknowledged it, every run tries again."""
    run(broker, "dog", "siren")
    config = MqttConfig(broker="mqtt://127.0.0.1:1", outbox=str(tmp_path / "outbox.db"))
    with MqttPublisher(config, NodeDescription("post", ["dog"]), Health()):
        pass
    assert "soundpost/post/sound/siren" in retained(broker)
    run(broker, "dog")
    assert "soundpost/post/sound/siren" not in retained(broker)


def test_a_broker_that_refuses_is_logged_once(
    make_broker: MakeBroker, tmp_path: Path, password_file: Path, log: Log
) -> None:
    """The access list allows the new name only; nothing is tried again."""
    acl = ("user post", "topic write soundpost/new/#", "user reader", "topic read #")
    broker = make_broker(Access({"post": "secret-7", "reader": "x"}, acl))
    keys = {"username": "post", "password_file": str(password_file)}
    config = MqttConfig(broker=broker.url, outbox=str(tmp_path / "outbox.db"), **keys)  # type: ignore[arg-type]  # the keys of a test
    for name in ("old", "new", "new"):
        with MqttPublisher(config, NodeDescription(name, ["dog", "siren"]), Health()) as publisher:
            wait_until(lambda: publisher.is_connected)
    assert log.count("does not let this node clear") == 1


def test_topics_of_two_runs_are_kept_until_they_are_cleared() -> None:
    """The file holds those of this run too."""
    topics = RetainedTopics({"a", "b"})
    topics.recover({"b", "c"})
    topics.recover({"d"})  # the same file, opened again
    assert topics.to_store() == {"a", "b", "c"}


def test_topics_of_another_source_are_never_cleared(broker: Broker, tmp_path: Path) -> None:
    """A source gets the outbox of another one, which runs on under its name with its own file."""
    config = MqttConfig(
        broker=broker.url, outbox=str(tmp_path / "outbox.db"), discovery=True, commands=True
    )
    other = MqttConfig(broker=broker.url, discovery=True)
    model = ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)

    def describe(source: str | None, *labels: str) -> NodeDescription:
        return NodeDescription("farm", labels, model, source=source)

    for earlier in (describe("yard", "dog"), describe(None, "dog")):
        with MqttPublisher(config, earlier, Health()) as publisher:
            wait_until(lambda: publisher.is_connected)
    with (
        MqttPublisher(other, describe("yard", "dog"), Health()) as yard,
        Subscriber(broker.port) as subscriber,
    ):
        wait_until(lambda: yard.is_connected)
        subscriber.wait_for(lambda _: subscriber.on("soundpost/farm/yard/sound/dog"))
        with MqttPublisher(config, describe("gate", "dog"), Health()):
            subscriber.wait_for(lambda _: subscriber.on("soundpost/farm/gate/sound/dog"))
        wait_until(lambda: "soundpost/farm/gate/status" in retained(broker))
        subscriber.wait_for(lambda _: subscriber.on("end"))  # what `retained` publishes last
        assert {m.topic for m in subscriber.received if not m.payload} == {"end"}
    kept = retained(broker)
    assert kept["soundpost/farm/sound/dog"] == kept["soundpost/farm/yard/sound/dog"] == "OFF"
    assert len([topic for topic in kept if topic.startswith("homeassistant/device/farm")]) == 3


def test_a_node_that_is_taken_away_leaves_nothing(broker: Broker, tmp_path: Path) -> None:
    """Its subscribers receive OFF and `offline` before the retained messages are removed."""
    config = MqttConfig(broker=broker.url, outbox=str(tmp_path / "outbox.db"))
    with Subscriber(broker.port, "soundpost/post/#") as subscriber:
        with MqttPublisher(config, NodeDescription("post", ["dog"]), Health()) as publisher:
            wait_until(lambda: publisher.is_connected)
            publisher.retire()
        states = partial(subscriber.on, "soundpost/post/sound/dog")
        subscriber.wait_for(lambda _: states() and not states()[-1].payload)
    assert retained(broker) == {}
    texts = [message.text for message in subscriber.on("soundpost/post/status")]
    assert texts[-2:] == ["offline", ""]
    with MqttPublisher(config, NodeDescription("other", ["dog"]), Health()) as publisher:
        wait_until(lambda: publisher.is_connected)
    assert not any(topic.startswith("soundpost/post/") for topic in retained(broker))


def publish_once(config: MqttConfig, node: NodeDescription) -> None:
    """Runs a publisher without an outbox until it is connected."""
    with MqttPublisher(config, node, Health()) as publisher:
        wait_until(lambda: publisher.is_connected)


@pytest.mark.parametrize("discovery", [True, False])
def test_what_a_gone_source_left_is_cleared(broker: Broker, *, discovery: bool) -> None:
    """Its status and its announcement, which do not expire; those of a sibling stay."""
    config = MqttConfig(broker=broker.url, discovery=discovery)
    model = ModelIdentity(id="m", version="1.0.0", sha256="5e" * 32)
    for source in ("road", "yard"):
        node = NodeDescription("post", ["dog"], model, source=source)
        publish_once(config, node)
    of_yard = {topic for topic in retained(broker) if "/yard/" in topic or "yard_" in topic}
    publish_once(
        config, NodeDescription("post", ["dog"], model, source="gate", gone_sources=["road"])
    )
    left = set(retained(broker))
    assert "soundpost/post/road/status" not in left
    assert not any("device/post_road" in topic for topic in left)
    assert of_yard <= left
    assert any("device/post_yard" in topic for topic in left) == discovery
