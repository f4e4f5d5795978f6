"""The main job of the real process: sound in, MQTT detections out of a real broker."""

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
    """A recording of clips that the bundle was not trained on, and its contents."""
    path = tmp_path_factory.mktemp("recording") / "evening.wav"
    return path, write_recording(path, shared_data)


def detections_of(messages: list[Received]) -> list[Row]:
    """Returns the detections among the messages."""
    return [json.loads(m.payload) for m in messages if m.topic == DETECTIONS]


def is_offline(messages: list[Received]) -> bool:
    """Returns whether the status `offline` was published, by the node or by the broker."""
    return any(m.topic == STATUS and m.payload == b"offline" for m in messages)


def seconds(row: Row, key: str) -> float:
    """Returns a time of a message, in seconds since 1970."""
    return datetime.fromisoformat(row[key]).timestamp()


def run_listen(path: Path) -> list[Row]:
    """Returns the detections that `soundpost listen` prints for a file."""
    done = soundpost("listen", "--node", NODE, str(path))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def comparable(rows: list[Row]) -> list[Row]:
    """Returns the rows without values that differ by run; times count from the first onset."""
    first = seconds(rows[0], "onset")
    return [
        row
        | {"id": None, "clock": None, "clip": None}
        | {"onset": round(seconds(row, "onset") - first, 2)}
        | {"offset": row["offset"] and round(seconds(row, "offset") - first, 2)}
        for row in rows
    ]


def run_file(path: Path, broker: Broker, subscriber: Subscriber) -> list[Row]:
    """Returns the detections that the daemon publishes for a file, at full speed."""
    with running("--source", f"wav:{path}", "--pace", "fast", "--broker", broker.url) as daemon:
        status, errors = daemon.wait()
    assert status == 0, errors
    return detections_of(subscriber.wait_for(is_offline))


def test_every_sound_is_recognised_at_its_onset(recording: Recording) -> None:
    """Each clip of the held-out fold is confirmed under its label, its onset within 0.5 s."""
    path, clips = recording
    confirmed = [row for row in run_listen(path) if row["state"] == "confirmed"]
    assert [row["label"] for row in confirmed] == [clip.label for clip in clips]
    for row, clip in zip(confirmed, clips, strict=True):
        assert abs(seconds(row, "onset") - clip.onset_seconds) <= ONSET_TOLERANCE_SECONDS, row


def test_run_publishes_the_detections_that_listen_prints(
    broker: Broker, subscriber: Subscriber, recording: Recording
) -> None:
    """The messages differ in ids and wall time only."""
    path, _ = recording
    assert comparable(run_file(path, broker, subscriber)) == comparable(run_listen(path))


def test_a_file_has_no_microphone_problem(recording: Recording) -> None:
    """The samples of an old recording are not late."""
    assert "microphone" not in soundpost("listen", str(recording[0])).stderr


def test_every_message_has_the_documented_shape(
    broker: Broker, subscriber: Subscriber, recording: Recording
) -> None:
    """Messages decode strictly, are numbered without a gap, and each event has one id."""
    run_file(recording[0], broker, subscriber)
    payloads = [m.payload for m in subscriber.on(DETECTIONS)]
    messages = [msgspec.json.decode(payload, type=DetectionMessage) for payload in payloads]
    assert [msgspec.json.encode(message) for message in messages] == payloads
    assert [message.seq for message in messages] == list(range(1, len(messages) + 1))
    states_by_id: dict[str, list[str]] = {}
    for message in messages:
        states_by_id.setdefault(message.id, []).append(message.state.value)
    complete = (["started", "confirmed", "ended"], ["started", "retracted"])
    assert all(states in complete for states in states_by_id.values())
    assert all(m.qos == 1 and not m.retain for m in subscriber.on(DETECTIONS))


def test_status_and_health_surround_the_detections(
    broker: Broker, subscriber: Subscriber, recording: Recording
) -> None:
    """`online` is published first and `offline` last; health counts every window."""
    run_file(recording[0], broker, subscriber)
    statuses = [m.text for m in subscriber.on(STATUS)]
    assert (statuses[0], statuses[-1]) == ("online", "offline")
    counters = json.loads(subscriber.on(HEALTH)[-1].payload)["counters"]
    assert counters["detections"] == len(subscriber.on(DETECTIONS))
    assert counters["messages_dropped"] == 0
    assert counters["windows"] > 0


def test_a_quiet_recording_has_no_detections(
    broker: Broker, subscriber: Subscriber, tmp_path: Path
) -> None:
    """It has a minute of a microphone's own noise and of digital silence."""
    write_quiet(tmp_path / "quiet.wav", 60.0)
    assert run_file(tmp_path / "quiet.wav", broker, subscriber) == []


def test_sigterm_ends_the_events_and_exits_with_0(
    broker: Broker, subscriber: Subscriber, recording: Recording
) -> None:
    """Open events get their last state before the node goes offline."""
    path, _ = recording
    with running("--source", f"wav:{path}", "--broker", broker.url) as daemon:
        subscriber.wait_for(detections_of)
        status, errors = daemon.terminate()
    assert status == 0, errors
    rows = detections_of(subscriber.wait_for(is_offline))
    last_states = {row["id"]: row["state"] for row in rows}
    assert set(last_states.values()) <= {"ended", "retracted"}


def test_kill_9_publishes_the_last_will(
    broker: Broker, subscriber: Subscriber, recording: Recording
) -> None:
    """The broker publishes `offline` in place of the daemon, retained."""
    path, _ = recording
    with running("--source", f"wav:{path}", "--broker", broker.url) as daemon:
        subscriber.wait_for(lambda seen: any(m.payload == b"online" for m in seen))
        daemon.kill()
        subscriber.wait_for(is_offline)
    with Subscriber(broker.port) as later:
        kept = later.wait_for(is_offline)
    assert [m.retain for m in kept if m.topic == STATUS] == [True]


def test_without_a_broker_the_daemon_keeps_running(tmp_path: Path) -> None:
    """An unreachable port neither stops nor delays the daemon, and is logged with a hint."""
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
def test_a_wrong_flag_is_reported_in_one_line_with_a_hint(
    arguments: list[str], expected: tuple[int, str]
) -> None:
    """The message has the faulty value, and no traceback."""
    done = soundpost("run", "--broker", "mqtt://127.0.0.1:1", *arguments)
    assert done.returncode == expected[0]
    assert expected[1] in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr
