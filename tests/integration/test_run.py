"""The main job, by the real process: sound in, MQTT detections out of a real broker."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from daemon_process import DETECTIONS, HEALTH, NODE, STATUS, running, soundpost
from mosquitto import Broker, free_port
from mqtt_subscriber import Received, Subscriber
from recording import PlacedClip, write_quiet, write_recording

from soundpost.messages.payload import DetectionMessage

Row = dict[str, Any]
Recording = tuple[Path, list[PlacedClip]]
ONSET_TOLERANCE_SECONDS = 0.5


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Recording:
    """A recording of clips that the bundle did not train on, and what is in it."""
    path = tmp_path_factory.mktemp("recording") / "evening.wav"
    return path, write_recording(path, shared_data)


def told(messages: list[Received]) -> list[Row]:
    """The detections among the messages."""
    return [json.loads(m.payload) for m in messages if m.topic == DETECTIONS]


def is_offline(messages: list[Received]) -> bool:
    """Whether the node has said goodbye, or the broker for it."""
    return any(m.topic == STATUS and m.payload == b"offline" for m in messages)


def seconds(row: Row, key: str) -> float:
    """A time of a message, as seconds since 1970."""
    return datetime.fromisoformat(row[key]).timestamp()


def listened(path: Path) -> list[Row]:
    """What `soundpost listen` tells of a file."""
    done = soundpost("listen", "--node", NODE, str(path))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def comparable(rows: list[Row]) -> list[Row]:
    """The rows without what differs from run to run; times count from the first onset."""
    first = seconds(rows[0], "onset")
    return [
        row
        | {"id": None, "clock": None, "clip": None}
        | {"onset": round(seconds(row, "onset") - first, 2)}
        | {"offset": row["offset"] and round(seconds(row, "offset") - first, 2)}
        for row in rows
    ]


def run_file(path: Path, broker: Broker, subscriber: Subscriber) -> list[Row]:
    """What the daemon told of a file, played as fast as it goes."""
    with running("--source", f"wav:{path}", "--pace", "fast", "--broker", broker.url) as daemon:
        status, errors = daemon.wait()
    assert status == 0, errors
    return told(subscriber.wait_for(is_offline))


def test_every_sound_is_recognised_where_it_begins(recording: Recording) -> None:
    """Each clip of the held-out fold is confirmed under its label, its onset within 0.5 s."""
    path, heard = recording
    confirmed = [row for row in listened(path) if row["state"] == "confirmed"]
    assert [row["label"] for row in confirmed] == [sound.label for sound in heard]
    for row, sound in zip(confirmed, heard, strict=True):
        assert abs(seconds(row, "onset") - sound.onset_seconds) <= ONSET_TOLERANCE_SECONDS, row


def test_mqtt_tells_what_listen_tells(
    broker: Broker, subscriber: Subscriber, recording: Recording
) -> None:
    """The messages of a real broker are the lines of `listen`, but for ids and wall time."""
    path, _ = recording
    assert comparable(run_file(path, broker, subscriber)) == comparable(listened(path))


def test_listening_to_a_file_finds_no_fault_with_a_microphone(recording: Recording) -> None:
    """A recording of long ago is not sound that comes late."""
    assert "microphone" not in soundpost("listen", str(recording[0])).stderr


def test_every_message_is_of_the_published_shape(
    broker: Broker, subscriber: Subscriber, recording: Recording
) -> None:
    """Messages decode strictly, are numbered without a gap, and each event has one id."""
    run_file(recording[0], broker, subscriber)
    payloads = [m.payload for m in subscriber.on(DETECTIONS)]
    messages = [msgspec.json.decode(payload, type=DetectionMessage) for payload in payloads]
    assert [msgspec.json.encode(message) for message in messages] == payloads
    assert [message.seq for message in messages] == list(range(1, len(messages) + 1))
    stories: dict[str, list[str]] = {}
    for message in messages:
        stories.setdefault(message.id, []).append(message.state.value)
    whole = (["started", "confirmed", "ended"], ["started", "retracted"])
    assert all(story in whole for story in stories.values())
    assert all(m.qos == 1 and not m.retain for m in subscriber.on(DETECTIONS))


def test_status_and_health_surround_the_detections(
    broker: Broker, subscriber: Subscriber, recording: Recording
) -> None:
    """A node says online before all else and offline after, and health counts every window."""
    run_file(recording[0], broker, subscriber)
    statuses = [m.text for m in subscriber.on(STATUS)]
    assert (statuses[0], statuses[-1]) == ("online", "offline")
    counters = json.loads(subscriber.on(HEALTH)[-1].payload)["counters"]
    assert counters["detections"] == len(subscriber.on(DETECTIONS))
    assert counters["messages_dropped"] == 0
    assert counters["windows"] > 0


def test_a_quiet_recording_tells_nothing(
    broker: Broker, subscriber: Subscriber, tmp_path: Path
) -> None:
    """A minute of a microphone's own noise and of digital silence is no event."""
    write_quiet(tmp_path / "quiet.wav", 60.0)
    assert run_file(tmp_path / "quiet.wav", broker, subscriber) == []


def test_sigterm_ends_the_events_and_exits_with_0(
    broker: Broker, subscriber: Subscriber, recording: Recording
) -> None:
    """What is going on at SIGTERM is told to its end, then the node is offline."""
    path, _ = recording
    with running("--source", f"wav:{path}", "--broker", broker.url) as daemon:
        subscriber.wait_for(told)
        status, errors = daemon.terminate()
    assert status == 0, errors
    rows = told(subscriber.wait_for(is_offline))
    last_states = {row["id"]: row["state"] for row in rows}
    assert set(last_states.values()) <= {"ended", "retracted"}


def test_kill_9_leaves_the_last_will(
    broker: Broker, subscriber: Subscriber, recording: Recording
) -> None:
    """When the daemon dies at once, the broker says offline in its place, and keeps saying it."""
    path, _ = recording
    with running("--source", f"wav:{path}", "--broker", broker.url) as daemon:
        subscriber.wait_for(lambda seen: any(m.payload == b"online" for m in seen))
        daemon.kill()
        subscriber.wait_for(is_offline)
    with Subscriber(broker.port) as later:
        kept = later.wait_for(is_offline)
    assert [m.retain for m in kept if m.topic == STATUS] == [True]


def test_without_a_broker_listening_goes_on(tmp_path: Path) -> None:
    """A port where nobody listens neither stops nor delays the daemon, and is told with a hint."""
    write_quiet(tmp_path / "quiet.wav", 5.0)
    url = f"mqtt://127.0.0.1:{free_port()}"
    source = f"wav:{tmp_path / 'quiet.wav'}"
    with running("--source", source, "--pace", "fast", "--broker", url) as daemon:
        status, errors = daemon.wait()
    assert status == 0
    assert f"no broker is listening at {url}" in errors


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--source", "wav:absent.wav"], (1, "absent.wav does not exist")),
        (["--source", "usb"], (78, "capture.source")),
        (["--broker", "http://x"], (78, "mqtt.broker")),
        (["--bundle", "esc5O"], (78, "no bundle 'esc5O'")),
        (["--config", "absent.toml"], (78, "absent.toml cannot be read")),
    ],
)
def test_a_wrong_flag_is_told_in_one_line_with_a_hint(
    arguments: list[str], expected: tuple[int, str]
) -> None:
    """What a person got wrong is named, with what to do, and is no traceback."""
    done = soundpost("run", "--broker", "mqtt://127.0.0.1:1", *arguments)
    assert done.returncode == expected[0]
    assert expected[1] in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr
