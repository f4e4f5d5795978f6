"""The microphone path of the real process: a virtual sound card that a recording is played to."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from daemon_process import DETECTIONS, NODE, STATUS, running, soundpost
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from recording import write_quiet, write_recording
from sound_card import MICROPHONE, SoundCard

pytestmark = pytest.mark.sound_card

STRIDE_SECONDS = 0.5


def test_a_microphone_tells_what_a_file_tells(
    broker: Broker, subscriber: Subscriber, sound_card: SoundCard, tmp_path: Path, shared_data: Path
) -> None:
    """A recording played into a sound card gives the same events as the recording itself.

    The windows of a microphone begin wherever the recording happens to begin in them, so onsets
    may differ by as much as the distance between two windows.
    """
    path = tmp_path / "evening.wav"
    write_recording(path, shared_data, clips=2)
    expected = _rows(soundpost("listen", "--node", NODE, str(path)).stdout.splitlines())
    source = f"mic:{MICROPHONE}"
    with running(
        "--source", source, "--broker", broker.url, environment=sound_card.environment
    ) as daemon:
        subscriber.wait_for(lambda seen: any(m.payload == b"online" for m in seen))
        sound_card.play(path)
        status, errors = daemon.terminate()
    assert status == 0, errors
    subscriber.wait_for(
        lambda seen: any(m.topic == STATUS and m.payload == b"offline" for m in seen)
    )
    got = _rows([message.text for message in subscriber.on(DETECTIONS)])
    assert [name for name, _ in got] == [name for name, _ in expected]
    assert [at for _, at in got] == pytest.approx([at for _, at in expected], abs=STRIDE_SECONDS)


def test_check_hears_the_sound_card_and_reaches_the_broker(
    broker: Broker, sound_card: SoundCard
) -> None:
    """With everything in place, five steps are ok and the exit status is 0."""
    done = soundpost(
        "check", "--source", f"mic:{MICROPHONE}", "--broker", broker.url,
        environment=sound_card.environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["ok", step] for step in ("config", "bundle", "golden", "sound", "outbox", "broker")
    ]


def test_devices_lists_the_microphone_by_name(sound_card: SoundCard) -> None:
    """What `devices` prints can be given to `--source mic:NAME`."""
    done = soundpost("devices", environment=sound_card.environment)
    assert done.returncode == 0
    assert MICROPHONE in done.stdout


def test_check_goes_on_past_what_fails(tmp_path: Path) -> None:
    """Without a broker the other steps are still tried, and the failed one has a hint."""
    write_quiet(tmp_path / "quiet.wav", 1.0)
    done = soundpost(
        "check", "--source", f"wav:{tmp_path / 'quiet.wav'}", "--broker", "mqtt://127.0.0.1:1"
    )
    assert done.returncode == 1
    assert [line[:4] for line in done.stdout.splitlines()] == ["ok  "] * 5 + ["FAIL", "    "]
    assert "nobody listens at mqtt://127.0.0.1:1" in done.stdout


def _rows(lines: list[str]) -> list[tuple[tuple[str, str], float]]:
    """Label and state of each message, and its onset counted from the first one's."""
    messages = [json.loads(line) for line in lines]
    onsets = [datetime.fromisoformat(message["onset"]).timestamp() for message in messages]
    return [
        ((message["label"], message["state"]), onset - onsets[0])
        for message, onset in zip(messages, onsets, strict=True)
    ]
