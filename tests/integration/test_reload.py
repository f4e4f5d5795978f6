"""SIGHUP, as `systemctl reload` sends it: the configuration is read again."""

import signal
from pathlib import Path

from daemon_process import Daemon, running
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from recording import write_quiet


def write_config(path: Path, broker: Broker, more: str) -> None:
    """Write a configuration that plays ten quiet minutes."""
    path.write_text(
        f'mqtt.broker = "{broker.url}"\ncapture.source = "wav:{path.parent}/quiet.wav"\n{more}\n'
    )


def begin(daemon: Daemon, subscriber: Subscriber, prefix: str) -> None:
    """Return once the node is online below a prefix."""
    assert daemon.process.poll() is None
    subscriber.wait_for(
        lambda seen: any(m.topic.startswith(f"{prefix}/") and m.text == "online" for m in seen)
    )


def test_a_new_configuration_serves_at_once(
    broker: Broker, subscriber: Subscriber, tmp_path: Path
) -> None:
    """The same process says offline under its old name, and online under the new one."""
    write_quiet(tmp_path / "quiet.wav", 600.0)
    config = tmp_path / "soundpost.toml"
    write_config(config, broker, 'mqtt.prefix = "first"')
    with running("--config", str(config)) as daemon:
        begin(daemon, subscriber, "first")
        write_config(config, broker, 'mqtt.prefix = "second"')
        daemon.process.send_signal(signal.SIGHUP)
        begin(daemon, subscriber, "second")
        status, errors = daemon.terminate()
    assert status == 0, errors
    statuses = [(m.topic.split("/")[0], m.text) for m in subscriber.received if "status" in m.topic]
    assert list(dict.fromkeys(statuses)) == [
        ("first", "online"),
        ("first", "offline"),
        ("second", "online"),
        ("second", "offline"),
    ]


def test_a_broken_one_is_refused_and_the_old_one_goes_on(
    broker: Broker, subscriber: Subscriber, tmp_path: Path
) -> None:
    """The log says what is wrong; nobody else notices anything."""
    write_quiet(tmp_path / "quiet.wav", 600.0)
    config = tmp_path / "soundpost.toml"
    write_config(config, broker, "mqtt.health_seconds = 1")
    with running("--config", str(config)) as daemon:
        begin(daemon, subscriber, "soundpost")
        write_config(config, broker, "mqtt.heath_seconds = 1")
        daemon.process.send_signal(signal.SIGHUP)
        seen = len(subscriber.received)
        subscriber.wait_for(lambda now: len([m for m in now[seen:] if "health" in m.topic]) > 1)
        status, errors = daemon.terminate()
    assert status == 0
    assert "refused, the old one goes on" in errors
    assert "did you mean mqtt.health_seconds?" in errors
    assert [m.text for m in subscriber.received if "status" in m.topic].count("offline") == 1
