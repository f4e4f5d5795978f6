"""The demonstration of `make run`."""

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from mosquitto import require_mosquitto

from result import Event, SceneResult
from scene import MUSIC, PARTS, SPEECH, PlayedPart, Scene

DEMONSTRATION = Path(__file__).resolve().parents[2] / "deploy" / "demo" / "run.py"
WAIT_SECONDS = 120
SIREN = PARTS[0]
BEGAN_SECONDS = 1_800_000_000.0
SCENE = Scene(
    Path("scene.wav"),
    40.0,
    (PlayedPart(SIREN, 2.5, 7.5), PlayedPart(SPEECH, 10.0, 19.5), PlayedPart(MUSIC, 22.0, 30.0)),
)


def test_the_demonstration_detects_every_sound_and_nothing_over_speech_and_music() -> None:
    """It needs no microphone and no broker, and prints the received messages."""
    require_mosquitto()
    if not shutil.which("espeak-ng"):
        pytest.skip("espeak-ng is not installed: deploy/apt-packages.sh speech")
    done = subprocess.run(
        [sys.executable, str(DEMONSTRATION), "--pace", "fast"],
        capture_output=True,
        text=True,
        check=False,
        timeout=WAIT_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "online" in done.stdout
    found = re.search(r"Played (\d+) sounds, detected (\d+)", done.stdout)
    assert found
    assert found[1] == found[2], done.stdout
    lines = " ".join(done.stdout.split())
    assert re.search(r"False events over [\d.]+ s of speech and [\d.]+ s of music: none", lines), (
        lines
    )
    assert re.search(r"\d+ times real time", done.stdout)
    if find_spec("starlette") is not None:
        assert re.search(r"in a browser: http://127\.0\.0\.1:\d+/", done.stdout)


def test_an_event_over_speech_or_music_is_false() -> None:
    """Its label is printed beside the part, whether or not the event was confirmed."""
    lines = list(
        result(
            siren(3.0), event("dog", 12.0), event("bell", 31.0)._replace(is_confirmed=False)
        ).lines()
    )
    assert lines[-1].endswith("of speech and 8.0 s of music: dog (speech), bell (music)")


def test_a_label_of_speech_or_music_is_not_false_over_it() -> None:
    """A configuration may switch these labels on."""
    detected = result(siren(3.0), event("speech", 10.5), event("music", 22.5))
    assert not detected.false_events


def test_a_sound_is_detected_only_by_a_confirmed_event_of_its_label() -> None:
    """A retracted event, another label and another time do not count."""
    retracted = siren(3.0)._replace(is_confirmed=False)
    assert result(siren(3.0)).detected
    assert not result(retracted).detected
    assert not result(retracted, siren(25.0)).detected
    other = result(event("cat", 3.0))
    assert not other.detected
    assert any("cat (siren)" in line for line in other.lines())


def test_no_event_is_no_detection_and_no_false_event() -> None:
    """A broker that passes nothing on gives a result, too."""
    assert next(iter(result().lines())).endswith("Played 1 sounds, detected 0: ")
    assert not result().false_events


def result(*events: Event) -> SceneResult:
    """Returns the result of a scene with these events."""
    return SceneResult(SCENE, events)


def siren(at_seconds: float) -> Event:
    """Returns a confirmed siren."""
    return event("siren", at_seconds)


def event(label: str, at_seconds: float) -> Event:
    """Returns a confirmed event at a time of the scene."""
    return Event(label, BEGAN_SECONDS + at_seconds, is_confirmed=True)
