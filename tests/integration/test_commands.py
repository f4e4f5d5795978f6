"""Commands to a real daemon over a real broker."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import soundfile
from command_client import BASE, CommandedNode, Commander
from daemon_process import DETECTIONS, HEALTH, STATUS
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from recording import RATE_HZ, write_tones

VALID = {
    "mute": b'{"id": "c9", "labels": ["hiss"], "minutes": 30}',
    "unmute": b'{"id": "c9", "labels": ["hiss"]}',
    "threshold": b'{"id": "c9", "label": "hiss", "on": 0.5}',
    "profile": b'{"id": "c9", "label": "hiss", "profile": "steady"}',
    "selftest": b'{"id": "c9"}',
    "capture-now": b'{"id": "c9", "seconds": 1}',
    "live-view": b'{"id": "c9", "seconds": 1}',
    "capture": b'{"id": "c9", "seconds": 1}',
}


@pytest.fixture
def node(tmp_path: Path, broker: Broker, quiet: Path) -> CommandedNode:
    """A node that accepts commands."""
    return CommandedNode(tmp_path, broker, quiet)


def test_every_command_is_executed_and_has_a_result(
    node: CommandedNode, commander: Commander
) -> None:
    """The daemon runs on without a restart."""
    with node.run() as daemon:
        before = commander.settings()
        label = next(iter(before["thresholds"]))
        assert commander.run("mute", labels=[label], minutes=30)["status"] == "done"
        assert set(commander.settings(lambda now: now["muted"] != {})["muted"]) == {label}
        assert commander.run("unmute")["status"] == "done"
        threshold = commander.run("threshold", label=label, on=0.875)
        assert threshold["message"] == f"{label} starts at 0.875"
        assert commander.run("profile", label=label, profile="steady")["status"] == "done"
        after = commander.settings(lambda now: now["profiles"] != {})
        assert (after["muted"], after["thresholds"][label]) == ({}, 0.875)
        assert after["profiles"] == {label: "steady"}
        assert commander.run("threshold", label=label, on=None)["status"] == "done"
        assert commander.run("profile", label=label, profile=None)["status"] == "done"
        assert commander.settings(lambda now: now == before)
        test = commander.run("selftest")
        assert (test["status"], "was recognised" in test["message"]) == ("done", True)
        assert daemon.process.poll() is None


def test_a_requested_clip_exists_when_its_result_is_published(
    node: CommandedNode, commander: Commander
) -> None:
    """It starts before the command, and is as long as requested."""
    with node.run():
        commander.settings()
        clip = commander.run("capture-now", seconds=1)
    assert clip["status"] == "done"
    samples, _ = soundfile.read(node.folder / "clips" / clip["clip"])
    assert RATE_HZ <= len(samples) <= 2 * RATE_HZ  # with up to a second of pre-roll
    statuses = [result["status"] for result in commander.results(clip["id"])]
    assert statuses == ["started", "done"]


def test_an_impossible_command_is_refused_with_a_hint(
    node: CommandedNode, commander: Commander
) -> None:
    """It changes nothing."""
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("mute", {"labels": ["his"], "minutes": 1}, "there is no label 'his'"),
        ("threshold", {"label": "x", "on": 0.5}, "there is no label 'x'"),
        ("profile", {"label": "hiss", "profile": "study"}, "there is no profile 'study'"),
        ("capture-now", {"seconds": 100}, "expected at most 14 s from now on, got 100"),
        ("reload", {}, "unknown key mqtt.comands"),
    ]
    with node.run() as daemon:
        before = commander.settings()
        node.configure("mqtt.comands = true")
        for name, fields, why in cases:
            refused = commander.run(name, **fields)
            assert (refused["status"], refused["clip"]) == ("refused", None)
            assert why in refused["message"]
            assert refused["hint"]
        assert commander.settings() == before
        assert daemon.process.poll() is None


def test_a_reload_applies_the_new_configuration(
    node: CommandedNode, commander: Commander, subscriber: Subscriber
) -> None:
    """The result is published before the node restarts its pipeline."""
    with node.run() as daemon:
        commander.settings()
        node.configure('mqtt.prefix = "second"')
        assert commander.run("reload")["status"] == "done"
        subscriber.wait_for(
            lambda got: any(m.topic.startswith("second/") and m.text == "online" for m in got)
        )
        status, errors = daemon.terminate()
    assert status == 0, errors


def test_a_restart_restores_settings_and_results(node: CommandedNode, commander: Commander) -> None:
    """This holds for kill -9, too; a repeated command gets its first result."""
    with node.run() as daemon:
        commander.settings()
        label = next(iter(commander.settings()["thresholds"]))
        muted = commander.run("mute", minutes=600)
        commander.run("threshold", label=label, on=0.875)
        commander.run("profile", label=label, profile="steady")
        before = commander.settings(lambda now: now["profiles"] != {})
        daemon.kill()
    count = commander.settings_count
    with node.run():
        assert commander.settings(after=count) == before
        commander.run("unmute")
        assert commander.run("mute", muted["id"], minutes=600) == muted
        again = commander.run("mute", muted["id"], minutes=601)
        assert (again["status"], "another command" in again["message"]) == ("refused", True)
        assert commander.settings(lambda now: now["muted"] == {})


def test_a_muted_event_is_not_published(
    node: CommandedNode, commander: Commander, subscriber: Subscriber
) -> None:
    """This holds over a restart; health counts muted events; after `unmute` they are published."""
    tones = node.folder / "tones.wav"
    write_tones(tones, 5.0)
    node.configure("decide.on_threshold = 1.0")  # no event starts before the mute
    with node.run():
        commander.settings()
        commander.run("mute", minutes=60)
    node.configure("decide.on_threshold = 0.36", "decide.off_threshold = 0.33")
    with node.run(tones, pace="fast") as daemon:
        status, errors = daemon.wait()
    assert status == 0, errors
    subscriber.wait_for(lambda _: [m.text for m in subscriber.on(STATUS)].count("offline") == 2)
    assert subscriber.on(DETECTIONS) == []
    counters = json.loads(subscriber.on(HEALTH)[-1].payload)["counters"]
    assert counters["events_muted"] > 0
    count = commander.settings_count
    with node.run():
        commander.settings(after=count)
        commander.run("unmute")
    with node.run(tones, pace="fast") as daemon:
        daemon.wait()
    subscriber.wait_for(lambda _: subscriber.on(DETECTIONS))


def test_a_damaged_state_file_is_set_aside_and_logged(
    node: CommandedNode, commander: Commander
) -> None:
    """The node runs as configured."""
    with node.run():
        commander.settings()
        commander.run("mute", minutes=60)
    damaged = node.state_file.read_bytes().replace(b'"until_ns":', b'"until_ns":9')
    node.state_file.write_bytes(damaged)
    count = commander.settings_count
    with node.run() as daemon:
        assert commander.settings(after=count)["muted"] == {}
        assert commander.run("mute", minutes=60)["status"] == "done"
        _, errors = daemon.terminate()
    assert "is damaged (its checksum is wrong)" in errors
    (moved,) = node.folder.glob("commands.json.damaged-*")
    assert moved.read_bytes() == damaged


def test_no_garbage_ends_the_daemon(node: CommandedNode, commander: Commander) -> None:
    """Three hundred damaged messages get a result, and the next command is executed."""
    rng = random.Random(4)  # noqa: S311 - the same garbage in every run
    with node.run() as daemon:
        commander.settings()
        for _ in range(300):
            name, valid = rng.choice([*VALID.items()])
            garbage = bytearray(valid)
            for _ in range(rng.randrange(1, 6)):
                garbage[rng.randrange(len(garbage))] = rng.randrange(256)
            commander.send(name, bytes(garbage[: rng.randrange(1, len(garbage) + 1)]))
            if rng.random() < 0.1:
                commander.wait_for_results()
        commander.wait_for_results()
        _, errors = daemon.terminate()
    assert "Traceback" not in errors


def test_the_level_is_published_as_a_plain_number(
    node: CommandedNode, broker: Broker, subscriber: Subscriber
) -> None:
    """It has the configured interval, and is not retained."""
    node.configure("mqtt.level_seconds = 0.2")
    with node.run() as daemon:
        subscriber.wait_for(lambda _: len(subscriber.on(f"{BASE}/level")) > 2)
        with Subscriber(broker.port) as late:
            late.wait_for(lambda _: late.on(f"{BASE}/settings"))
            assert not [message for message in late.on(f"{BASE}/level") if message.retain]
        daemon.terminate()
    levels = [float(message.text) for message in subscriber.on(f"{BASE}/level")]
    assert all(-71.5 < level < -68.5 for level in levels), levels
