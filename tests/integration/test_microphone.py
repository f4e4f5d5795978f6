"""The daemon on a virtual sound card into which a recording is played."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from daemon_process import DETECTIONS, NODE, STATUS, running, soundpost
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from recording import write_quiet, write_recording
from sound_card import MICROPHONE, TIMEOUT_SECONDS, SoundCard

pytestmark = pytest.mark.sound_card

STRIDE_SECONDS = 0.5


def test_a_microphone_gives_the_events_of_a_file(
    broker: Broker, subscriber: Subscriber, sound_card: SoundCard, tmp_path: Path, shared_data: Path
) -> None:
    """A recording played into a sound card gives the same events as the file itself.

    The recording starts anywhere within a window, so onsets may differ by the distance between
    two windows.
    """
    path = tmp_path / "evening.wav"
    write_recording(path, shared_data, clips=2)
    expected = _rows(soundpost("listen", "--node", NODE, str(path)).stdout.splitlines())
    source = f"mic:{MICROPHONE}"
    with running(
        "--source", source, "--broker", broker.url, environment=sound_card.environment
    ) as daemon:
        subscriber.wait_for(
            lambda received: any(m.payload == b"online" for m in received), TIMEOUT_SECONDS
        )
        sound_card.play(path)
        subscriber.wait_for(
            lambda received: sum(m.topic == DETECTIONS for m in received) >= len(expected),
            TIMEOUT_SECONDS,
        )
        status, errors = daemon.terminate()
    assert status == 0, errors
    subscriber.wait_for(
        lambda received: any(m.topic == STATUS and m.payload == b"offline" for m in received)
    )
    got = _rows([message.text for message in subscriber.on(DETECTIONS)])
    assert [name for name, _ in got] == [name for name, _ in expected]
    assert [at for _, at in got] == pytest.approx([at for _, at in expected], abs=STRIDE_SECONDS)


def test_check_records_from_the_sound_card_and_reaches_the_broker(
    broker: Broker, sound_card: SoundCard
) -> None:
    """With everything in place, all six steps are ok and the exit status is 0."""
    done = soundpost(
        "check", "--source", f"mic:{MICROPHONE}", "--broker", broker.url,
        environment=sound_card.environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["ok", step] for step in ("config", "bundle", "golden", "sound", "outbox", "broker")
    ]


def test_devices_lists_the_microphone_by_name(sound_card: SoundCard) -> None:
    """`devices` prints the names that `--source mic:NAME` accepts."""
    done = soundpost("devices", environment=sound_card.environment)
    assert done.returncode == 0
    assert MICROPHONE in done.stdout


def test_check_goes_on_after_a_failed_step(tmp_path: Path) -> None:
    """Without a broker the other steps still run, and the failed one has a hint."""
    write_quiet(tmp_path / "quiet.wav", 1.0)
    done = soundpost(
        "check", "--source", f"wav:{tmp_path / 'quiet.wav'}", "--broker", "mqtt://127.0.0.1:1"
    )
    assert done.returncode == 1
    assert [line[:4] for line in done.stdout.splitlines()] == ["ok  "] * 5 + ["FAIL", "    "]
    assert "no broker is listening at mqtt://127.0.0.1:1" in done.stdout


def _rows(lines: list[str]) -> list[tuple[tuple[str, str], float]]:
    """Returns label, state and onset of each message; onsets count from the first one."""
    messages = [json.loads(line) for line in lines]
    onsets = [datetime.fromisoformat(message["onset"]).timestamp() for message in messages]
    return [
        ((message["label"], message["state"]), onset - onsets[0])
        for message, onset in zip(messages, onsets, strict=True)
    ]
