"""Profiles in the real process: events that start at once and are retracted."""

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
# The tiny bundle classifies loud noise as a hiss. Its windows are 175 ms long, and 80 ms apart.
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
    """Provides a recording of quiet, a click, quiet, a second of noise, quiet."""
    rng = np.random.default_rng(3)
    path = tmp_path_factory.mktemp("recording") / "hiss.wav"
    pieces = [rng.normal(0.0, level, round(seconds * RATE_HZ)) for level, seconds in SCENE]
    write(path, np.concatenate(pieces))
    return path


def configured(folder: Path, profile: str) -> list[str]:
    """Returns the flags of a daemon that uses a profile."""
    path = folder / f"{profile}.toml"
    path.write_text(CONFIG.format(profile=profile), encoding="utf-8")
    return ["--config", str(path), "--bundle", str(TINY)]


def states_by_event(rows: list[Row], label: str) -> list[list[str]]:
    """Returns the states of each event of a label."""
    by_id: dict[str, list[str]] = {}
    for row in rows:
        if row["label"] == label:
            by_id.setdefault(row["id"], []).append(row["state"])
    return list(by_id.values())


def is_offline(messages: list[Received]) -> bool:
    """Returns whether the node has published `offline`."""
    return any(m.topic == STATUS and m.payload == b"offline" for m in messages)


def test_a_retracted_event_is_published(broker: Broker, recording: Path, tmp_path: Path) -> None:
    """A click is started and retracted under one id; noise is confirmed; all topics end OFF."""
    flags = configured(tmp_path, "instant")
    sound = ["--source", f"wav:{recording}", "--pace", "fast", "--broker", broker.url]
    with Subscriber(broker.port, "soundpost/#") as subscriber:
        with running(*flags, *sound) as daemon:
            status, errors = daemon.wait()
        assert status == 0, errors
        messages = subscriber.wait_for(is_offline)
    rows = [json.loads(m.payload) for m in messages if m.topic == DETECTIONS]
    assert states_by_event(rows, "hiss") == [
        ["started", "retracted"],
        ["started", "confirmed", "ended"],
    ]
    assert states_by_event(rows, "any")[-1] == ["started", "confirmed", "ended"]
    assert all(row["offset"] > row["onset"] for row in rows if row["state"] == "retracted")
    sounds = {m.topic: m.payload for m in messages if "/sound/" in m.topic}
    assert sounds == {f"soundpost/{NODE}/sound/{name}": b"OFF" for name in ("hiss", "any")}
    counters = json.loads([m for m in messages if m.topic == HEALTH][-1].payload)["counters"]
    assert (counters["detections"], counters["events_muted"]) == (len(rows), 0)


def test_a_configured_profile_decides_what_is_retracted(recording: Path, tmp_path: Path) -> None:
    """With a minimum of three seconds every event is retracted; `listen` prints it too."""
    done = soundpost("listen", *configured(tmp_path, "patient"), str(recording))
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert states_by_event(rows, "hiss") == [["started", "retracted"]] * 2


def test_an_unknown_profile_is_refused(recording: Path, tmp_path: Path) -> None:
    """The exit status is 78, and the hint has the nearest name."""
    done = soundpost("listen", *configured(tmp_path, "instnat"), str(recording))
    assert done.returncode == 78
    assert "there is no profile 'instnat'" in done.stderr
    assert "did you mean instant?" in done.stderr
