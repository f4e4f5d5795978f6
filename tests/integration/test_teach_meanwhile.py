"""Lessons of a node to which other things happen meanwhile: real daemons and brokers."""

import json
import os
import signal
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from command_client import BASE, RESULT, Commander
from daemon_process import SOUNDPOST, Daemon, running
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from teaching_node import LABEL, LONGEST_SECONDS, TeachingNode, children, teach_payload

from soundpost.heads.store import version_in_use, versions
from soundpost.teach.kept import read_kept

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]


def wait_for_result(commander: Commander, command_id: str, content: bytes) -> dict[str, Any]:
    """Returns the final result of a command, which is repeated as a sender does that has none."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while True:
        results = commander.results(command_id)
        if results and results[-1]["status"] not in {"started", "refused"}:
            return results[-1]
        assert time.monotonic() < deadline, results
        time.sleep(2.0)
        commander.send("teach", content)


def in_terminal(node: TeachingNode, *flags: str) -> None:
    """Changes a label as a person does with `soundpost teach`."""
    environment = os.environ | {"STATE_DIRECTORY": str(node.config.parent)}
    command = [str(SOUNDPOST), "teach", LABEL, *flags, "--config", str(node.config)]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def stopped_lesson(daemon: Daemon, commander: Commander, content: bytes) -> int:
    """Stops the process of a lesson once it has begun; returns its id.

    The command is repeated, because it is refused while the lesson before it ends.
    """
    deadline = time.monotonic() + LONGEST_SECONDS
    while not children(daemon.process.pid):
        assert time.monotonic() < deadline
        commander.send("teach", content)
        time.sleep(0.5)
    (child,) = children(daemon.process.pid)
    # It loads the runtime of models after it has read which version is in use.
    wait_until(lambda: "litert" in Path(f"/proc/{child}/maps").read_text())
    os.kill(child, signal.SIGSTOP)
    return child


def test_settings_that_change_meanwhile_hold_for_the_taught_label(
    teaching_node: TeachingNode, commander: Commander
) -> None:
    """Threshold and profile of the label itself, through the lesson and the reload behind it."""
    teaching_node.configure("decide.profiles.steady = { smoothing_windows = 3 }")
    clips, others = teaching_node.store(8, 3)
    with teaching_node.run() as daemon:
        commander.settings()
        first = teach_payload("k1", clips=clips[:4], **{"not": others})
        commander.send("teach", first)
        assert wait_for_result(commander, "k1", first)["status"] == "done"
        commander.settings(lambda found: LABEL in found["thresholds"])
        again = teach_payload("k2", clips=clips, again=True)
        child = stopped_lesson(daemon, commander, again)
        assert commander.run("threshold", label=LABEL, on=0.75)["status"] == "done"
        assert commander.run("profile", label=LABEL, profile="steady")["status"] == "done"
        count = commander.settings_count
        os.kill(child, signal.SIGCONT)
        assert wait_for_result(commander, "k2", again)["status"] == "done"
        settings = commander.settings(after=count)
        assert settings["thresholds"][LABEL] == 0.75
        assert settings["profiles"][LABEL] == "steady"

        # A reload ends a lesson, with a result; the version in use stays.
        third = teach_payload("k3", clips=clips, again=True)
        stopped_lesson(daemon, commander, third)
        assert commander.run("reload")["status"] == "done"
        ended = wait_for_result(commander, "k3", third)
        assert (ended["status"], "stopping" in ended["message"]) == ("failed", True)
        assert version_in_use(teaching_node.heads / LABEL) == 2
        _, errors = daemon.terminate()
    assert "Traceback" not in errors


@pytest.mark.parametrize("change", ["--undo", "--remove"])
def test_a_label_that_is_changed_meanwhile_is_not_taught(
    teaching_node: TeachingNode, commander: Commander, change: str
) -> None:
    """The person who took it back did not mean it to come back; the result says so."""
    clips, others = teaching_node.store(10, 3)
    with teaching_node.run() as daemon:
        commander.settings()
        for number in (1, 2):
            fields = {"clips": clips[:4], "not": others, "again": number == 2}
            content = teach_payload(f"k{number}", **fields)
            commander.send("teach", content)
            assert wait_for_result(commander, f"k{number}", content)["status"] == "done"
        again = teach_payload("k3", clips=clips, again=True)
        child = stopped_lesson(daemon, commander, again)
        in_terminal(teaching_node, change)
        os.kill(child, signal.SIGCONT)
        ended = wait_for_result(commander, "k3", again)
        _, errors = daemon.terminate()
    assert "Traceback" not in errors
    assert ended["status"] == "failed", ended
    assert version_in_use(teaching_node.heads / LABEL) == (1 if change == "--undo" else 0)


def test_a_lesson_goes_on_while_the_broker_is_away(
    teaching_node: TeachingNode, broker: Broker, commander: Commander, subscriber: Subscriber
) -> None:
    """Its label is in use at once, and a sender that repeats the command gets its result."""
    clips, others = teaching_node.store(5, 3)
    with teaching_node.run() as daemon:
        commander.settings()
        content = teach_payload("k1", clips=clips, **{"not": others})
        commander.send("teach", content)
        wait_until(lambda: bool(commander.results("k1")))
        broker.kill()
        deadline = time.monotonic() + LONGEST_SECONDS
        while not version_in_use(teaching_node.heads / LABEL):
            assert time.monotonic() < deadline
            time.sleep(0.5)
        time.sleep(10.0)  # the reload, and what it waits for the broker
        broker.start()
        ended = wait_for_result(commander, "k1", content)
        assert (ended["status"], ended["teach"]["version"]) == ("done", 1)
        assert versions(teaching_node.heads / LABEL) == [1]
        subscriber.wait_for(
            lambda seen: any(
                m.topic.endswith("/detections") and f'"label":"{LABEL}"' in m.text for m in seen
            ),
            LONGEST_SECONDS,
        )
        _, errors = daemon.terminate()
    assert "Traceback" not in errors


def test_sources_share_a_label_and_do_not_teach_it_at_once(
    teaching_node: TeachingNode, broker: Broker, subscriber: Subscriber
) -> None:
    """Each from its own clips, at its own topic: of two lessons at once one is stored."""
    recording = teaching_node.config.parent / "rings.wav"
    sources = "".join(
        f'\n[[sources]]\nname = "{name}"\nsource = "wav:{recording}"' for name in ("yard", "road")
    )
    teaching_node.config.write_text(
        f'mqtt.broker = "{broker.url}"\nmqtt.commands = true\n'
        f'evidence.folder = "{teaching_node.clips}"\n'
        f"evidence.keep_free_megabytes = 0\nheads.background_hours = 0\n{sources}"
    )
    clips, others = teaching_node.store(6, 3)
    for name in ("yard", "road"):
        (teaching_node.clips / name).mkdir()
        for path in teaching_node.clips.glob("*.*"):
            os.link(path, teaching_node.clips / name / path.name)
    environment = os.environ | {"STATE_DIRECTORY": str(teaching_node.config.parent)}

    def results(command_id: str, name: str) -> list[dict[str, Any]]:
        found = [json.loads(m.payload) for m in subscriber.on(f"{BASE}/{name}/result")]
        return [each for each in found if each["id"] == command_id]

    def has_settings(name: str, _: object) -> bool:
        return bool(subscriber.on(f"{BASE}/{name}/settings"))

    def send(name: str, content: bytes) -> None:
        subscriber.publish(f"{BASE}/{name}/command/teach", content, retain=False)

    def final(command_id: str, name: str, content: bytes) -> dict[str, Any]:
        deadline = time.monotonic() + LONGEST_SECONDS
        while not (found := results(command_id, name)) or found[-1]["status"] == "started":
            assert time.monotonic() < deadline
            time.sleep(2.0)
            send(name, content)
        return found[-1]

    with running("--config", str(teaching_node.config), environment=environment) as daemon:
        for name in ("yard", "road"):
            subscriber.wait_for(partial(has_settings, name))
        content = teach_payload("k1", clips=clips, **{"not": others})
        send("yard", content)
        send("road", content)
        ended = {name: final("k1", name, content) for name in ("yard", "road")}
        statuses = sorted(each["status"] for each in ended.values())
        assert statuses == ["done", "failed"], ended
        (lost,) = [each for each in ended.values() if each["status"] == "failed"]
        assert "another process" in lost["message"]
        assert lost["hint"]
        assert versions(teaching_node.heads / LABEL) == [1]
        kept = read_kept(teaching_node.heads / LABEL / "versions" / "1")
        assert kept is not None
        assert len(kept.clips) == 9
        (name,) = [name for name, each in ended.items() if each["status"] == "failed"]
        again = teach_payload("k2", again=True, clips=clips[:1])
        send(name, again)
        assert final("k2", name, again)["teach"]["version"] == 2
        subscriber.wait_for(
            lambda seen: any(
                m.topic == f"{BASE}/{name}/detections" and f'"label":"{LABEL}"' in m.text
                for m in seen
            ),
            LONGEST_SECONDS,
        )
        _, errors = daemon.terminate()
    assert "Traceback" not in errors
    assert not subscriber.on(RESULT)
