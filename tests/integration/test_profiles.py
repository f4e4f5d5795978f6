"""Told at once and taken back, by the real process: `retracted` reaches whoever listens."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from daemon_process import DETECTIONS, HEALTH, NODE, STATUS, running, soundpost
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber
from recording import RATE_HZ, write

Row = dict[str, Any]
TINY = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"
QUIET, LOUD = 0.001, 0.3
# The tiny bundle takes loud noise for a hiss. Its windows are 175 ms long, and 80 ms apart.
SCENE = ((QUIET, 2.5), (LOUD, 0.1), (QUIET, 1.5), (LOUD, 1.0), (QUIET, 1.5))
CONFIG = """
[decide]
any = true
floor_seconds = 1.0
include = ["noises"]
on_threshold = 0.5
off_threshold = 0.45
[decide.groups]
noises = ["hiss"]
[decide.labels.noises]
profile = "{profile}"
[decide.profiles.patient]
smoothing_windows = 1
minimum_seconds = 3.0
"""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Quiet, a click, quiet, a second of noise, quiet."""
    rng = np.random.default_rng(3)
    path = tmp_path_factory.mktemp("recording") / "hiss.wav"
    pieces = [rng.normal(0.0, level, round(seconds * RATE_HZ)) for level, seconds in SCENE]
    write(path, np.concatenate(pieces))
    return path


def configured(folder: Path, profile: str) -> list[str]:
    """The flags of a daemon that decides by a profile."""
    path = folder / f"{profile}.toml"
    path.write_text(CONFIG.format(profile=profile), encoding="utf-8")
    return ["--config", str(path), "--bundle", str(TINY)]


def stories(rows: list[Row], label: str) -> list[list[str]]:
    """The states of each event of a label."""
    by_id: dict[str, list[str]] = {}
    for row in rows:
        if row["label"] == label:
            by_id.setdefault(row["id"], []).append(row["state"])
    return list(by_id.values())


def is_offline(messages: list[Received]) -> bool:
    """Whether the node has said goodbye."""
    return any(m.topic == STATUS and m.payload == b"offline" for m in messages)


def test_a_broker_is_told_of_what_was_taken_back(
    broker: Broker, recording: Path, tmp_path: Path
) -> None:
    """A click is started and retracted under one id, what lasts is confirmed, and lamps go out."""
    flags = configured(tmp_path, "instant")
    sound = ["--source", f"wav:{recording}", "--pace", "fast", "--broker", broker.url]
    with Subscriber(broker.port, "soundpost/#") as subscriber:
        with running(*flags, *sound) as daemon:
            status, errors = daemon.wait()
        assert status == 0, errors
        messages = subscriber.wait_for(is_offline)
    rows = [json.loads(m.payload) for m in messages if m.topic == DETECTIONS]
    assert stories(rows, "hiss") == [["started", "retracted"], ["started", "confirmed", "ended"]]
    assert stories(rows, "any")[-1] == ["started", "confirmed", "ended"]
    assert all(row["offset"] > row["onset"] for row in rows if row["state"] == "retracted")
    lamps = {m.topic: m.payload for m in messages if "/sound/" in m.topic}
    assert lamps == {f"soundpost/{NODE}/sound/{name}": b"OFF" for name in ("hiss", "any")}
    counters = json.loads([m for m in messages if m.topic == HEALTH][-1].payload)["counters"]
    assert (counters["detections"], counters["events_muted"]) == (len(rows), 0)


def test_a_profile_of_one_s_own_decides_what_is_taken_back(recording: Path, tmp_path: Path) -> None:
    """With one that wants three seconds, all is retracted; `listen` tells it without a broker."""
    done = soundpost("listen", *configured(tmp_path, "patient"), str(recording))
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert stories(rows, "hiss") == [["started", "retracted"]] * 2


def test_a_profile_that_there_is_not_is_refused(recording: Path, tmp_path: Path) -> None:
    """With exit status 78 and the name that was meant."""
    done = soundpost("listen", *configured(tmp_path, "instnat"), str(recording))
    assert done.returncode == 78
    assert "there is no profile 'instnat'" in done.stderr
    assert "did you mean instant?" in done.stderr
