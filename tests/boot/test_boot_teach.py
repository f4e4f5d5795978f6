"""The installed service is taught a sound by commands: its microphone, its sandbox, its state."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from booted import SHARED, Booted
from debian_root import built_package, own_architecture, sounding_root
from made_clips import quiet_background
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from outside_card import ENVIRONMENT, start_card, write_sound
from service import STATE, UNIT
from sound_card import SoundCard
from taught_service import HEADS, TaughtService
from teaching_node import LABEL

pytestmark = [pytest.mark.boot, pytest.mark.timeout(1_800)]

AMBIENCE_MINUTES = 30
"""Longer than the tests of this file."""
RINGS = 5


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """A folder that the booted Debian shares; a socket needs its path to be short."""
    with tempfile.TemporaryDirectory(prefix="card-") as folder:
        package = built_package(12, own_architecture()).read_bytes()
        Path(folder, "soundpost.deb").write_bytes(package)
        yield Path(folder)


@pytest.fixture(scope="module")
def card(shared: Path) -> Iterator[SoundCard]:
    """A sound card outside, on which faint noise is played all the time."""
    card = start_card(shared)
    ambience = [quiet_background(60.0, minute) for minute in range(AMBIENCE_MINUTES)]
    path = write_sound(shared / "ambience.wav", np.concatenate(ambience))
    play = ["paplay", "--latency-msec=1000", str(path)]
    with subprocess.Popen(play, env=card.environment) as playing:
        yield card
        playing.kill()
    card.kill()


@pytest.fixture(scope="module")
def booted(shared: Path, card: SoundCard) -> Iterator[Booted]:
    """A Debian 12 with the package, whose unit knows the card and is as installed otherwise."""
    del card
    with Booted(sounding_root(12), shared) as booted:
        booted.run("dpkg", "--install", str(SHARED / "soundpost.deb"))
        booted.write(f"/run/systemd/system/{UNIT}.d/card.conf", f"[Service]\n{ENVIRONMENT}")
        booted.run("systemctl", "daemon-reload")
        yield booted


@pytest.fixture
def service(
    shared: Path, card: SoundCard, booted: Booted, broker: Broker, subscriber: Subscriber
) -> Iterator[TaughtService]:
    """The running service, without a state of its own; stopped again after the test."""
    booted.run("rm", "-rf", STATE)
    service = TaughtService(booted, broker, subscriber, card, shared)
    service.start()
    yield service
    booted.run("systemctl", "stop", UNIT)
    booted.run("systemctl", "reset-failed", UNIT, check=False)
    assert "Traceback" not in booted.journal(UNIT)


def test_a_ring_is_recorded_taught_detected_and_taken_back(service: TaughtService) -> None:
    """All by commands over the broker; the head lies in the state folder of the service."""
    others = [service.record_other(1)]
    clips = [service.record_ring(number) for number in range(RINGS)]
    service.wait_for_background()
    taught = service.teach(clips=clips, **{"not": others})
    assert taught["status"] == "done", taught
    assert f"{LABEL} is taught, version 1: " in taught["message"]
    figures = taught["teach"]
    assert (figures["version"], figures["recordings"], figures["unused"]) == (1, RINGS, [])
    assert figures["detected"] > RINGS / 2
    assert figures["background_hours"] > 0.0
    modes = set(service.booted.run("find", HEADS, "-printf", "%y %m %u %g\n").splitlines())
    assert modes == {"d 750 soundpost soundpost", "f 640 soundpost soundpost"}
    service.ring_until_detected(version=1)

    again = service.teach(again=True, clips=[service.record_ring(RINGS)])
    assert (again["status"], again["teach"]["version"]) == ("done", 2), again
    service.ring_until_detected(version=2)
    undone = service.teach(undo=True)
    assert (undone["status"], undone["message"]) == ("done", f"{LABEL} is version 1 again")
    service.ring_until_detected(version=1)
    removed = service.teach(remove=True)
    assert (removed["status"], removed["message"]) == ("done", f"{LABEL} is removed")
    service.commander.settings(lambda found: LABEL not in found["thresholds"])
    assert service.files(HEADS) == []
    assert service.booted.property_of(UNIT, "NRestarts") == "0"


def test_a_lesson_has_its_limits_in_the_sandbox(service: TaughtService) -> None:
    """The filter of system calls admits all but the priority; other commands are executed."""
    lesson = service.begin_lesson("k1", service.store_clips(RINGS))
    folder = f"/proc/{lesson}"
    assert service.booted.run("cat", f"{folder}/oom_score_adj") == "800"
    limits = service.booted.run("cat", f"{folder}/limits")
    assert re.search(r"^Max data size +512000000 +512000000 ", limits, re.MULTILINE)
    assert re.search(r"^Max cpu time +1800 ", limits, re.MULTILINE)
    status = service.booted.run("cat", f"{folder}/status")
    assert re.search(r"^Seccomp:\t2$", status, re.MULTILINE)
    assert service.commander.run("unmute")["status"] == "done"
    service.booted.run("sh", "-c", f"kill -CONT {lesson}")
    assert service.end_of_lesson("k1")["status"] == "done"


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (("stop",), "the node is stopping"),
        (("reload",), "the node is stopping"),
        (("kill", "--kill-whom=main", "--signal=KILL"), "the node was restarted before"),
    ],
    ids=["stop", "reload", "kill"],
)
def test_a_lesson_that_is_interrupted_leaves_nothing(
    service: TaughtService, action: tuple[str, ...], reason: str
) -> None:
    """Neither a process nor a file, whatever ends it; sent again, it is taught."""
    clips = service.store_clips(RINGS)
    lesson = service.begin_lesson("k1", clips)
    service.booted.run("systemctl", *action, UNIT)
    service.booted.wait_for(lambda: lesson not in service.processes())
    if action == ("stop",):
        assert service.booted.property_of(UNIT, "Result") == "success"
        assert service.processes() == {}
    assert service.files(HEADS) == []
    service.start()
    # Repeated, it has the result that a node that was killed could not send.
    service.send_lesson("k1", clips)
    ended = service.end_of_lesson("k1")
    assert (ended["status"], reason in ended["message"]) == ("failed", True), ended
    service.send_lesson("k2", clips)
    assert service.end_of_lesson("k2")["status"] == "done"
    assert service.files(STATE, "-name", "*.part") == []
