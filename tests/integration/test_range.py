"""Labels that do not occur at the place, in the real process, over the change of a week."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from daemon_process import DETECTIONS, HEALTH, NODE, STATUS, running, soundpost
from fake_clock import FakeClock
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber
from range_bundle import RANGE_MODELS, bare_scores, write_range_bundle
from recording import write_tones

LABELS = ("hiss", "hum", "hush")
PLACE = ["--latitude", "0", "--longitude", "0"]
SECONDS = 120.0
# Where the tiny model's random scores start and end many events of each label.
RULES = """
[decide.labels]
hiss = {on_threshold = 0.8, off_threshold = 0.75}
hum = {on_threshold = 0.7, off_threshold = 0.65}
hush = {on_threshold = 0.36, off_threshold = 0.33}
"""
CONFIG = f"""
[node]
latitude = 0.0
longitude = 0.0
{RULES}
"""


def occurring(week: int) -> set[str]:
    """Returns the labels that occur in a week, by the bare range model."""
    scores = bare_scores(RANGE_MODELS / "tiny.tflite", 0.0, 0.0, week)
    return {label for label, score in zip(LABELS, scores, strict=True) if score >= 0.5}


def last_week_before_a_change() -> int:
    """Returns a last week of a month, after which other labels occur."""
    return next(week for week in range(4, 48, 4) if occurring(week) != occurring(week + 1))


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides tones and noise, in which the tiny model detects all its labels."""
    path = tmp_path_factory.mktemp("recording") / "tones.wav"
    write_tones(path, SECONDS)
    return path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Provides the tiny bundle with a range model."""
    return write_range_bundle(tmp_path / "tiny")


def is_offline(messages: list[Received]) -> bool:
    """Returns whether the node has published `offline`."""
    return any(m.topic == STATUS and m.payload == b"offline" for m in messages)


def test_the_labels_follow_the_week_while_the_daemon_runs(
    broker: Broker, recording: Path, bundle: Path, tmp_path: Path
) -> None:
    """Topics of all labels stay; events that do not start are counted; started ones end."""
    week = last_week_before_a_change()
    midnight = datetime(2027, week // 4 + 1, 1, tzinfo=UTC)
    clock = FakeClock(tmp_path)
    clock.set(round(midnight.timestamp() - SECONDS / 2 - time.time()))
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    flags = ["--config", str(tmp_path / "config.toml"), "--bundle", str(bundle)]
    sound = ["--source", f"wav:{recording}", "--pace", "fast", "--broker", broker.url]
    with Subscriber(broker.port, "soundpost/#") as subscriber:
        with running(*flags, *sound, environment={**os.environ, **clock.environment}) as daemon:
            status, errors = daemon.wait()
        assert status == 0, errors
        messages = subscriber.wait_for(is_offline)
    rows = [json.loads(m.payload) for m in messages if m.topic == DETECTIONS]
    # An event starts with the window in which it is decided, which is shorter than a second.
    margin = 1.0
    seconds = [(datetime.fromisoformat(row["onset"]) - midnight).total_seconds() for row in rows]
    started = [
        (row["label"], at)
        for row, at in zip(rows, seconds, strict=True)
        if row["state"] == "started"
    ]
    before = {label for label, at in started if at < -margin}
    after = {label for label, at in started if at > margin}
    assert (before, after) == (occurring(week), occurring(week + 1))
    over = {row["id"] for row in rows if row["state"] in {"ended", "retracted"}}
    assert {row["id"] for row in rows} == over
    topics = {m.topic for m in messages if "/sound/" in m.topic}
    assert topics == {f"soundpost/{NODE}/sound/{name}" for name in (*LABELS, "any")}
    counters = json.loads([m for m in messages if m.topic == HEALTH][-1].payload)["counters"]
    assert counters["events_out_of_range"] > 0
    assert counters["events_muted"] == 0
    for number in (week, week + 1):
        count = len(occurring(number))
        line = f"{count} of 3 labels occur at 0.0 N 0.0 E in week {number} at 0.5"
        assert errors.count(line) == 1


def test_recordings_have_the_week_of_the_command_line(
    recording: Path, bundle: Path, tmp_path: Path
) -> None:
    """Without one, every label is detected: files have no date."""
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    config = ["--config", str(tmp_path / "rules.toml")]
    arguments = ["listen", *config, "--bundle", str(bundle), *PLACE]
    week = last_week_before_a_change()
    for flags, labels in (
        ([], set(LABELS)),
        (["--week", str(week)], occurring(week)),
        (["--week", str(week + 1)], occurring(week + 1)),
    ):
        done = soundpost(*arguments, *flags, str(recording))
        assert done.returncode == 0, done.stderr
        assert {json.loads(line)["label"] for line in done.stdout.splitlines()} == labels


def test_a_week_needs_a_place(recording: Path, bundle: Path) -> None:
    """The error names the flags."""
    done = soundpost("listen", "--week", "18", "--bundle", str(bundle), str(recording))
    assert done.returncode == 78
    assert "--latitude" in done.stderr


@pytest.mark.parametrize("name", ["broken.tflite", "logits.tflite", "two.tflite"])
def test_a_range_model_that_cannot_be_used_ends_the_start(tmp_path: Path, name: str) -> None:
    """With exit status 78 and a hint; without a place the bundle runs."""
    bundle = write_range_bundle(tmp_path / "tiny", name)
    write_tones(tmp_path / "tones.wav", 1.0)
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    flags = ["--source", f"wav:{tmp_path / 'tones.wav'}", "--pace", "fast"]
    flags += ["--broker", "mqtt://localhost:1", "--bundle", str(bundle)]
    done = soundpost("run", *flags, "--config", str(tmp_path / "config.toml"))
    assert done.returncode == 78
    assert "the range model range.tflite: expected" in done.stderr
    assert 'decide.range = "off" runs it without' in done.stderr
    assert soundpost("run", *flags).returncode == 0
