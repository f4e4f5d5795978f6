"""SIGHUP, as `systemctl reload` sends it: the configuration is read again."""

import signal
from pathlib import Path

from daemon_process import Daemon, running
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber


def write_config(path: Path, broker: Broker, quiet: Path, more: str) -> None:
    """Writes a configuration that plays ten quiet minutes."""
    path.write_text(f'mqtt.broker = "{broker.url}"\ncapture.source = "wav:{quiet}"\n{more}\n')


def statuses(messages: list[Received]) -> list[tuple[str, str]]:
    """Returns the prefix and the text of each status, in order and without repetitions."""
    found = [(m.topic.split("/")[0], m.text) for m in messages if "status" in m.topic]
    return list(dict.fromkeys(found))


def wait_for_status(subscriber: Subscriber, prefix: str, text: str) -> None:
    """Returns once the node has published a status below a prefix."""
    subscriber.wait_for(lambda messages: (prefix, text) in statuses(messages))


def wait_until_online(daemon: Daemon, subscriber: Subscriber, prefix: str) -> None:
    """Returns once the node is online below a prefix."""
    assert daemon.process.poll() is None
    wait_for_status(subscriber, prefix, "online")


def test_a_new_configuration_is_used_at_once(
    broker: Broker, subscriber: Subscriber, tmp_path: Path, quiet: Path
) -> None:
    """The same process is offline under its old prefix, and online under the new one."""
    config = tmp_path / "soundpost.toml"
    write_config(config, broker, quiet, 'mqtt.prefix = "first"')
    with running("--config", str(config)) as daemon:
        wait_until_online(daemon, subscriber, "first")
        write_config(config, broker, quiet, 'mqtt.prefix = "second"')
        daemon.process.send_signal(signal.SIGHUP)
        wait_until_online(daemon, subscriber, "second")
        status, errors = daemon.terminate()
    assert status == 0, errors
    wait_for_status(subscriber, "second", "offline")
    assert statuses(subscriber.received) == [
        ("first", "online"),
        ("first", "offline"),
        ("second", "online"),
        ("second", "offline"),
    ]


def test_a_broken_configuration_is_refused_and_the_old_one_stays_in_use(
    broker: Broker, subscriber: Subscriber, tmp_path: Path, quiet: Path
) -> None:
    """The log has the reason; subscribers notice nothing."""
    config = tmp_path / "soundpost.toml"
    write_config(config, broker, quiet, "mqtt.health_seconds = 1")
    with running("--config", str(config)) as daemon:
        wait_until_online(daemon, subscriber, "soundpost")
        write_config(config, broker, quiet, "mqtt.heath_seconds = 1")
        daemon.process.send_signal(signal.SIGHUP)
        seen = len(subscriber.received)
        subscriber.wait_for(lambda now: len([m for m in now[seen:] if "health" in m.topic]) > 1)
        status, errors = daemon.terminate()
    assert status == 0
    assert "refused, the old one stays in use" in errors
    assert "did you mean mqtt.health_seconds?" in errors
    wait_for_status(subscriber, "soundpost", "offline")
    texts = [m.text for m in subscriber.received if "status" in m.topic]
    assert texts.count("offline") == 1
