"""Two daemons of one name at one broker."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from chaos import BUSY_CONFIG, make_quick_bundle
from daemon_process import HEALTH, STATUS, running
from mosquitto import Access, Broker, MakeBroker
from mqtt_subscriber import Received, Subscriber
from recording import write_quiet

FOUND = f"another node publishes on {STATUS}"
CONFIG = f"""{BUSY_CONFIG}
capture.source = "wav:{{folder}}/quiet.wav"
mqtt.health_seconds = 1
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Callable[..., str]:
    """Provides a function that writes the configuration for a broker, with more keys."""
    make_quick_bundle(tmp_path / "bundle")
    write_quiet(tmp_path / "quiet.wav", 300.0)

    def write_configuration(broker: Broker, *keys: str) -> str:
        text = CONFIG.format(folder=tmp_path, broker=broker.url) + "\n".join(keys)
        path = tmp_path / "soundpost.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write_configuration


def reports_duplicate(message: Received) -> bool:
    """Returns whether a message is a health report that names the problem."""
    return message.topic == HEALTH and "duplicate_node" in json.loads(message.payload)["problems"]


def test_both_report_it_and_the_one_that_stays_is_online(
    broker: Broker, subscriber: Subscriber, configuration: Callable[..., str]
) -> None:
    """In the log, in health, and in the retained status after the other one has stopped."""
    path = configuration(broker)
    with running("--config", path) as first, running("--config", path) as second:
        # Two started within a moment: the reports of both follow each other.
        subscriber.wait_for(lambda seen: sum(map(reports_duplicate, seen)) > 4)
        status, errors = second.terminate()
        assert (status, errors.count(FOUND)) == (0, 1)
        count = len(subscriber.on(STATUS))
        subscriber.wait_for(
            lambda _: [m.text for m in subscriber.on(STATUS)[count - 1 :]].count("online") > 1
        )
        health = len(subscriber.on(HEALTH))
        subscriber.wait_for(lambda _: len(subscriber.on(HEALTH)) > health + 1)
        assert not reports_duplicate(subscriber.on(HEALTH)[-1])
        with Subscriber(broker.port, STATUS) as late:
            assert [m.text for m in late.wait_for(len)] == ["online"]
        status, errors = first.terminate()
    assert (status, errors.count(FOUND)) == (0, 1)
    assert "no other node publishes" in errors


def test_a_node_with_write_access_only_logs_nothing_of_it(
    make_broker: MakeBroker, configuration: Callable[..., str], tmp_path: Path
) -> None:
    """As with the access list that earlier releases recommend."""
    acl = ("user post", "topic write soundpost/#", "user reader", "topic read #")
    broker = make_broker(Access({"post": "secret", "reader": "x"}, acl))
    (tmp_path / "password").write_text("secret\n")
    (tmp_path / "password").chmod(0o600)
    path = configuration(
        broker, 'mqtt.username = "post"', f'mqtt.password_file = "{tmp_path}/password"'
    )
    with (
        Subscriber(broker.port, HEALTH, ("reader", "x")) as subscriber,
        running("--config", path) as daemon,
    ):
        subscriber.wait_for(lambda seen: len(seen) > 3)
        status, errors = daemon.terminate()
    assert status == 0
    assert STATUS not in errors
