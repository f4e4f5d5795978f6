"""The installed service that is taught by commands, with a microphone at which a bell is rung."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from booted import SHARED, Booted
from command_client import Commander
from made_clips import doorbell, other_sound
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from outside_card import SOURCE, write_sound
from service import DETECTIONS, NODE, STATE, UNIT
from sound_card import SoundCard
from teaching_node import LABEL, store_clip

from soundpost.audio import Pcm

LONGEST_SECONDS = 600.0
"""Teaching gives way to everything else on the machine; on an idle one it takes a few seconds."""
CLIPS, HEADS, BACKGROUND = (f"{STATE}/{name}" for name in ("clips", "heads", "background"))
_CONFIG = f"""
node.name = "{NODE}"
capture.source = "{SOURCE}"
mqtt.broker = "{{broker}}"
mqtt.commands = true
evidence.folder = "{CLIPS}"
"""
_PROCESSES = """
import os, pwd
user = pwd.getpwnam("soundpost").pw_uid
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            command = file.read().replace(chr(0), " ")
        if command and os.stat(f"/proc/{pid}").st_uid == user:  # without one it has ended
            print(pid, command)
    except OSError:
        pass  # it has just ended
"""
_CLIP_SECONDS = 5.0
_PATIENCE_SECONDS = 20.0
"""For a message about a sound that has been played: its event is confirmed within three."""
_MOST_RINGS = 6


class TaughtService:
    """The service in a booted Debian, and the client that teaches it.

    Args:
        booted: The Debian, with the package.
        broker: The broker.
        subscriber: A subscriber to all topics.
        card: The card whose microphone the service has.
        folder: The folder of this machine that the Debian shares.
    """

    def __init__(
        self,
        booted: Booted,
        broker: Broker,
        subscriber: Subscriber,
        card: SoundCard,
        folder: Path,
    ) -> None:
        self.booted = booted
        self.commander = Commander(subscriber)
        self._broker = broker
        self._subscriber = subscriber
        self._card = card
        self._folder = folder
        self._sent = 0

    def start(self) -> None:
        """Configures and starts the service; returns once it executes commands."""
        text = _CONFIG.format(broker=self._broker.url)
        self.booted.write("/etc/soundpost/soundpost.toml", text)
        self.booted.run("systemctl", "start", UNIT)
        self.wait_until_back()

    def wait_until_back(self) -> None:
        """Returns once the service executes commands, after a start or a reload.

        A command that is sent meanwhile is refused or lost, and is sent again with its id.
        """
        self._sent += 1
        command_id = f"back-{self._sent}"

        def is_back() -> bool:
            self.commander.send("unmute", json.dumps({"id": command_id}).encode())
            time.sleep(0.5)
            return any(each["status"] == "done" for each in self.commander.results(command_id))

        self.booted.wait_for(is_back)

    def record_ring(self, number: int) -> str:
        """Rings while a clip is recorded by a command; returns its name."""
        return self._record(doorbell(number))

    def record_other(self, number: int) -> str:
        """Records another sound in the same way."""
        return self._record(other_sound(number))

    def store_clips(self, rings: int) -> list[str]:
        """Gives the service clips of rings as it stores them itself; returns their names."""
        folder = self._folder / "clips"
        folder.mkdir(exist_ok=True)
        names = [store_clip(folder, number, doorbell(number)) for number in range(rings)]
        self.booted.run("mkdir", "-p", CLIPS)
        self.booted.run("cp", "-r", f"{SHARED}/clips/.", CLIPS)
        self.booted.run("chown", "-R", "soundpost:soundpost", CLIPS)
        return names

    def teach(self, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Sends the command `teach`; returns its final result, once the node has reloaded."""
        result = self.commander.run("teach", label=LABEL, within_seconds=LONGEST_SECONDS, **fields)
        if result["status"] == "done":
            self.wait_until_back()
        return result

    def ring_until_detected(self, version: int) -> None:
        """Rings until an event of a version of the label is confirmed; else the test fails."""
        before = len(self._subscriber.on(DETECTIONS))
        for number in range(_MOST_RINGS):
            self._play(doorbell(1_000 + number))
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while time.monotonic() < deadline:
                if version in self._confirmed(before):
                    return
                time.sleep(0.2)
        pytest.fail(f"of version {version} none is detected; events: {self._confirmed(before)}")

    def wait_for_background(self) -> None:
        """Returns once a minute of background is stored."""
        deadline = time.monotonic() + 2 * 60.0 + _PATIENCE_SECONDS
        while not self.files(BACKGROUND):
            if time.monotonic() > deadline:
                pytest.fail("no minute of background is stored")
            time.sleep(1.0)

    def files(self, folder: str, *conditions: str) -> list[str]:
        """Returns the files below a folder of the Debian; none if it is absent."""
        found = self.booted.run("find", folder, "-type", "f", *conditions, check=False)
        return [line for line in found.splitlines() if line.startswith(folder)]

    def processes(self) -> dict[int, str]:
        """Returns the command lines of all processes of the service's user, by their ids."""
        lines = self.booted.run("python3", "-c", _PROCESSES).splitlines()
        return {int(pid): command for pid, command in (line.split(" ", 1) for line in lines)}

    def lesson(self) -> int:
        """Returns the id of the process that teaches; 0 while there is none."""
        found = (pid for pid, command in self.processes().items() if " teach --json " in command)
        return next(found, 0)

    def send_lesson(self, command_id: str, clips: list[str]) -> None:
        """Sends the command `teach` without waiting for a result."""
        content = {"id": command_id, "label": LABEL, "clips": clips}
        self.commander.send("teach", json.dumps(content).encode())

    def begin_lesson(self, command_id: str, clips: list[str]) -> int:
        """Begins to teach, and stops the process once it has loaded the model; returns its id."""
        self.send_lesson(command_id, clips)
        lesson = self.booted.wait_for(self.lesson)
        maps = f"/proc/{lesson}/maps"
        self.booted.wait_for(lambda: "litert" in self.booted.run("cat", maps))
        self.booted.run("sh", "-c", f"kill -STOP {lesson}")
        return lesson

    def end_of_lesson(self, command_id: str) -> dict[str, Any]:
        """Returns the final result of a lesson."""
        deadline = time.monotonic() + LONGEST_SECONDS
        while not (found := self.commander.results(command_id)) or found[-1]["status"] == "started":
            if time.monotonic() > deadline:
                pytest.fail(f"the lesson {command_id} has no end: {found}")
            time.sleep(0.2)
        return found[-1]

    def _confirmed(self, before: int) -> list[int]:
        """Returns the versions of the label whose events were confirmed after some messages."""
        rows = [json.loads(m.payload) for m in self._subscriber.on(DETECTIONS)[before:]]
        return [
            row["head"]["version"]
            for row in rows
            if (row["label"], row["state"]) == (LABEL, "confirmed")
        ]

    def _record(self, samples: Pcm) -> str:
        """Plays a sound while a clip is recorded by a command; returns its name."""
        self._sent += 1
        command_id = f"clip-{self._sent}"
        content = {"id": command_id, "seconds": _CLIP_SECONDS}
        self.commander.send("capture-now", json.dumps(content).encode())
        self.booted.wait_for(lambda: self.commander.results(command_id))
        self._play(samples)
        self.booted.wait_for(lambda: len(self.commander.results(command_id)) > 1)
        result = self.commander.results(command_id)[-1]
        assert result["status"] == "done", result
        return str(result["clip"])

    def _play(self, samples: Pcm) -> None:
        self._card.play(write_sound(self._folder / "played.wav", samples))
