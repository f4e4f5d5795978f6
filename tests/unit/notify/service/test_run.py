"""The whole notifier as a process, with a real broker and a real service."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from http_receiver import HttpReceiver
from mosquitto import Broker
from mqtt_subscriber import Subscriber as Client
from notify_process import StartNotify
from web_events import detection, event_id, health, wire_time

CONFIG = """
[mqtt]
broker = "{broker}"
[ntfy.phone]
url = "{service}"
topic = "gate"
[[rules]]
targets = ["phone"]
state = "started"
{rule}
[[nodes]]
targets = ["phone"]
after_seconds = 0.5
"""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[HttpReceiver]:
    """Provides a service that takes every message."""
    receiver = HttpReceiver(tmp_path / "service").start()
    yield receiver
    receiver.kill()


def publish(broker: Broker, topic: str, payload: bytes, *, retain: bool = False) -> None:
    """Publishes a message below the prefix, and returns when the broker has it."""
    with Client(broker.port) as client:
        client.publish(f"soundpost/{topic}", payload, retain=retain)
        client.wait_for(
            lambda seen: any(m.topic.endswith(topic) and m.payload == payload for m in seen)
        )


def now() -> str:
    """Returns the time as messages have it."""
    return wire_time(datetime.now(UTC))


def config(broker: Broker, service: HttpReceiver, rule: str = "") -> str:
    """Returns a configuration with one rule about sounds and one about nodes."""
    return CONFIG.format(broker=broker.url, service=service.url, rule=rule)


def detected(broker: Broker, event: str, **fields: object) -> None:
    """Publishes a state of an event that begins now."""
    publish(broker, "gate/detections", detection(id=event, onset=now(), **fields))


def test_an_event_is_one_message(
    broker: Broker, service: HttpReceiver, notify: StartNotify
) -> None:
    """Its later states send nothing more; the history has the message as sent."""
    process = notify(config(broker, service))
    process.wait_for_broker()
    event = event_id()
    detected(broker, event)
    service.wait_for(1)
    detected(broker, event, seq=2, state="confirmed")
    detected(broker, event_id(), seq=3, label="cat")
    first, second = service.wait_for(2)
    assert (first.json["title"], second.json["title"]) == ("dog at gate", "cat at gate")
    assert (first.method, first.path, first.json["topic"]) == ("POST", "/", "gate")
    assert process.terminate() == 0
    lines = process.command("log").stdout.splitlines()
    assert [line.split()[5] for line in lines] == ["sent", "sent"]
    assert len(service.requests()) == 2


def test_a_message_waits_for_its_service(
    broker: Broker, service: HttpReceiver, notify: StartNotify
) -> None:
    """Through outages of every kind and restarts of the notifier, and is then sent once."""
    service.kill()
    process = notify(config(broker, service))
    process.wait_for_broker()
    event = event_id()
    detected(broker, event)
    process.wait_for_log("does not answer")
    process.kill()
    service.start()
    service.answer("503")
    process = notify(config(broker, service))
    service.wait_for(1)
    assert process.terminate() == 0
    service.answer("200")
    process = notify(config(broker, service))
    first, second = service.wait_for(2)
    assert first.json["sequence_id"] == second.json["sequence_id"]
    assert [first.mode, second.mode] == ["503", "200"]
    process.wait_for_broker()
    detected(broker, event)  # delivered twice
    detected(broker, event_id(), label="cat")
    service.wait_for(3)
    assert len(service.requests()) == 3


def test_a_silent_and_a_deaf_node_are_messages(
    broker: Broker, service: HttpReceiver, notify: StartNotify
) -> None:
    """A node that was well before a restart of the notifier, and is gone after it, too."""
    process = notify(config(broker, service))
    process.wait_for_broker()
    publish(broker, "gate/status", b"online", retain=True)
    publish(broker, "gate/health", health(problems=["no_samples"]), retain=True)
    assert service.wait_for(1)[0].json["title"] == "gate captures no sound"
    publish(broker, "gate/health", health(), retain=True)
    assert service.wait_for(2)[1].json["title"] == "gate is back"
    assert process.terminate() == 0
    publish(broker, "gate/status", b"offline", retain=True)
    notify(config(broker, service))
    assert service.wait_for(3)[2].json["title"] == "gate is silent"


def test_a_second_notifier_with_the_same_queue_ends(
    broker: Broker, service: HttpReceiver, notify: StartNotify
) -> None:
    """It would send every message twice."""
    first = notify(config(broker, service))
    first.wait_for_broker()
    second = notify(config(broker, service))
    second.wait_for_log("in use by another notifier")
    assert second.wait() == 1
    assert first.process.poll() is None


def test_no_secret_is_in_the_log(
    broker: Broker, service: HttpReceiver, notify: StartNotify, tmp_path: Path
) -> None:
    """Neither a token nor an address that is one, whatever fails."""
    service.answer("401")
    secrets = {name: f"s3cr3t-{name}" for name in ("token", "url")}
    for name, secret in secrets.items():
        path = tmp_path / name
        path.write_text(f"{service.url}/{secret}" if name == "url" else secret)
        path.chmod(0o600)
    text = config(broker, service).replace(
        "[[rules]]", f'[webhook.hook]\nurl_file = "{tmp_path}/url"\n[[rules]]'
    )
    text = text.replace('topic = "gate"', f'topic = "gate"\ntoken_file = "{tmp_path}/token"')
    process = notify(text.replace('targets = ["phone"]', 'targets = ["phone", "hook"]'))
    process.wait_for_broker()
    detected(broker, event_id())
    process.wait_for_log("phone: http")
    process.wait_for_log("hook: http")
    assert process.terminate() == 0
    assert {request.path for request in service.requests()} == {"/", "/s3cr3t-url"}
    history = process.command("log", "--json").stdout + process.command("check").stdout
    assert "s3cr3t" not in process.log + history
