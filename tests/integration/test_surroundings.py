"""Confounders and sounds that go on all the time, in the real process at a real broker."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from daemon_process import DETECTIONS, HEALTH, NODE, STATUS, Daemon, running, soundpost
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber
from recording import RATE_HZ, write

Row = dict[str, Any]
TINY = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"
SUMMARIES = f"soundpost/{NODE}/summaries"
SOUND = f"soundpost/{NODE}/sound/hiss"
CONFIG = """
[classify]
bundle = "{bundle}"
[mqtt]
broker = "{broker}"
outbox = "{folder}/outbox.db"
health_seconds = 1.0
[evidence]
folder = "{folder}/clips"
[decide]
on_threshold = 0.5
off_threshold = 0.45
smoothing_windows = 1
minimum_seconds = 0.0
refractory_seconds = 0.0
[decide.labels.hiss]
on_threshold = 0.56
lasting_minutes = {lasting_minutes}
lasting_events = 4
[decide.labels.hum]
of_windows = 8
confounders = ["loud"]
confounder_seconds = 1.0
[decide.groups]
loud = ["hiss"]
"""
# The tiny bundle classifies loud noise as a hiss, a tone as a hum, and faint noise as neither.
CLICK_SECONDS = 0.24
FAINT, TONE, LOUD = "faint", "tone", "loud"
TONES = ((FAINT, 2.0), (TONE, 1.5), (LOUD, 1.0), (TONE, 0.5), (FAINT, 2.0), (TONE, 1.5))
CLICKS = ((LOUD, CLICK_SECONDS), (FAINT, 0.5))
SCENE = (*TONES, (FAINT, 8.0), *CLICKS * 10, (FAINT, 8.0), *CLICKS)


def sound(kind: str, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Returns a stretch of sound in [-1, 1]."""
    samples = round(seconds * RATE_HZ)
    if kind == TONE:
        return 0.1 * np.sin(2 * np.pi * 1_500 * np.arange(samples) / RATE_HZ)
    return rng.normal(0.0, 0.3 if kind == LOUD else 0.01, samples)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides a recording of tones near a hiss and far from it, and of a hiss again and again."""
    rng = np.random.default_rng(3)
    path = tmp_path_factory.mktemp("recording") / "scene.wav"
    write(path, np.concatenate([sound(kind, seconds, rng) for kind, seconds in SCENE]))
    return path


def configured(folder: Path, broker: str, lasting_minutes: float) -> str:
    """Returns the path of a configuration."""
    path = folder / "soundpost.toml"
    text = CONFIG.format(bundle=TINY, broker=broker, folder=folder, lasting_minutes=lasting_minutes)
    path.write_text(text, encoding="utf-8")
    return str(path)


def rows(messages: list[Received], *topics: str) -> list[Row]:
    """Returns the numbered messages on some topics, each number once."""
    found = [json.loads(m.payload) for m in messages if m.topic in topics]
    return list({row["seq"]: row for row in found}.values())


def states_by_event(detections: list[Row], label: str) -> list[list[str]]:
    """Returns the states of each event of a label."""
    by_id: dict[str, list[str]] = {}
    for row in detections:
        if row["label"] == label:
            by_id.setdefault(row["id"], []).append(row["state"])
    return list(by_id.values())


def is_offline(messages: list[Received]) -> bool:
    """Returns whether the node has published `offline`."""
    return any(m.topic == STATUS and m.payload == b"offline" for m in messages)


def test_a_file_gives_a_retraction_and_a_summary(
    broker: Broker, recording: Path, tmp_path: Path
) -> None:
    """A hum is retracted after it was confirmed; the fifth to tenth hiss are in a summary only."""
    config = configured(tmp_path, broker.url, lasting_minutes=0.1)
    with Subscriber(broker.port, "soundpost/#") as subscriber:
        flags = ["--config", config, "--source", f"wav:{recording}", "--pace", "fast"]
        with running(*flags) as daemon:
            status, errors = daemon.wait()
        assert status == 0, errors
        messages = subscriber.wait_for(is_offline)
    detections, summaries = rows(messages, DETECTIONS), rows(messages, SUMMARIES)
    complete = ["started", "confirmed", "ended"]
    assert states_by_event(detections, "hum") == [["started", "confirmed", "retracted"], complete]
    assert states_by_event(detections, "hiss") == [complete] * 6
    assert [(row["label"], row["state"], row["events"]) for row in summaries] == [
        ("hiss", "begun", 0),
        ("hiss", "over", 6),
    ]
    begun, over = summaries
    assert begun["since"] == begun["to"] == over["since"] == over["from"] < over["to"]
    assert 6 * CLICK_SECONDS / 2 < over["seconds"] < 7 * 2 * CLICK_SECONDS
    assert [row["seq"] for row in rows(messages, DETECTIONS, SUMMARIES)] == list(
        range(1, len(detections) + 3)
    )
    counters = json.loads([m for m in messages if m.topic == HEALTH][-1].payload)["counters"]
    assert (counters["events_confounded"], counters["events_summed"]) == (2, 6)
    assert counters["detections"] == len(detections)
    assert counters["messages_dropped"] == 0
    clips = {row["clip"] for row in detections if row["clip"]}
    assert len(clips) == counters["clips_kept"] == len(list((tmp_path / "clips").glob("*.flac")))
    assert len(clips) == sum(row["state"] == "ended" for row in detections)
    latest = {m.topic: m.payload for m in messages if "/sound/" in m.topic}
    assert set(latest.values()) == {b"OFF"}


def test_listen_prints_every_event(recording: Path, tmp_path: Path) -> None:
    """It is about a recording, not about an archive; confounders hold there too."""
    done = soundpost("listen", "--config", configured(tmp_path, "mqtt://x", 0.1), str(recording))
    assert done.returncode == 0, done.stderr
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert states_by_event(printed, "hiss") == [["started", "confirmed", "ended"]] * 12
    assert states_by_event(printed, "hum")[0] == ["started", "confirmed", "retracted"]


def begun(messages: list[Received]) -> list[Row]:
    """Returns the first summaries of a label."""
    return [row for row in rows(messages, SUMMARIES) if row["state"] == "begun"]


def has_begun(count: int, messages: list[Received]) -> bool:
    """Returns whether so many first summaries arrived."""
    return len(begun(messages)) == count


def has_health(count: int, messages: list[Received]) -> bool:
    """Returns whether so many health reports arrived."""
    return sum(m.topic == HEALTH for m in messages) >= count


def sounds(messages: list[Received]) -> list[str]:
    """Returns the values of the topic of the hiss."""
    return [m.text for m in messages if m.topic == SOUND]


def test_a_restart_in_the_middle_begins_anew(broker: Broker, tmp_path: Path) -> None:
    """A stop publishes what was summed up; kill -9 loses it, and leaves no event open."""
    noise = tmp_path / "noise.wav"
    write(noise, sound(LOUD, 300.0, np.random.default_rng(1)))
    config = configured(tmp_path, broker.url, lasting_minutes=0.02)
    arguments = ["--config", config, "--source", f"wav:{noise}"]
    with Subscriber(broker.port, "soundpost/#") as subscriber:
        for turn, ends in enumerate((Daemon.kill, Daemon.terminate), 1):
            with running(*arguments) as daemon:
                messages = subscriber.wait_for(partial(has_begun, turn))
                assert sounds(messages)[-1] == "ON"
                count = sum(m.topic == HEALTH for m in messages)
                subscriber.wait_for(partial(has_health, count + 2))
                ends(daemon)
        messages = subscriber.wait_for(lambda seen: sounds(seen)[-1] == "OFF")
    first, second = begun(messages)
    assert first["since"] < second["since"]
    (over,) = [row for row in rows(messages, SUMMARIES) if row["state"] == "over"]
    assert over["since"] == second["since"]
    assert over["seconds"] > 0.5
    detections = rows(messages, DETECTIONS)
    assert states_by_event(detections, "hiss") == [["started", "confirmed", "ended"]] * 2
    assert [row["backfilled"] for row in detections if row["state"] == "ended"] == [True, False]


def test_an_unknown_confounder_is_refused(tmp_path: Path) -> None:
    """The exit status is 78, and the hint has the nearest name."""
    path = Path(configured(tmp_path, "mqtt://localhost", 0.1))
    path.write_text(path.read_text().replace('["loud"]', '["luod"]'), encoding="utf-8")
    done = soundpost("run", "--config", str(path), "--source", "wav:nothing.wav")
    assert done.returncode == 78
    assert "decide.labels.hum.confounders: there is no label 'luod'" in done.stderr
    assert "did you mean loud?" in done.stderr
