"""Several sources in one daemon: real processes, files, sound cards and a real broker."""

import json
import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import NODE, soundpost
from mosquitto import Broker, wait_until
from mqtt_subscriber import Received, Subscriber
from notify_socket import ServiceManager
from several_sources import BASE, SeveralSources
from wide_card import MakeWideCard, place_sound, shared_environment

from soundpost.errors import EX_CONFIG

KILLS = int(os.environ.get("CHAOS_KILLS", "20"))
SEED = int(os.environ.get("CHAOS_SEED", "20261120"))
WATCHDOG_SECONDS = 8.0
LONGEST_DEATH_SECONDS = 75
"""From one death to the next: the watchdog, the longest pause before a start, and the start."""


@pytest.fixture
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceManager]:
    """Provides the socket of a service manager, with a watchdog."""
    with ServiceManager(tmp_path_factory.mktemp("manager"), WATCHDOG_SECONDS) as manager:
        yield manager


def topics_of(messages: list[Received], name: str) -> set[str]:
    """Returns the topics on which a source has published, below its own name."""
    base = f"{BASE}/{name}/"
    return {m.topic.removeprefix(base) for m in messages if m.topic.startswith(base)}


def is_alive(pid: int) -> bool:
    """Returns whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_each_source_is_a_node_of_its_own(
    sources: SeveralSources, subscriber: Subscriber, manager: ServiceManager, tmp_path: Path
) -> None:
    """Topics, numbers, outbox, clips and health are its own; systemd gets one READY and status."""
    sources.configure("yard", "road", more=f'[evidence]\nfolder = "{tmp_path}/clips"\n')
    daemon = sources.start(manager.environment)
    manager.wait_for("READY=1")
    manager.wait_for("2 of 2 sources run; yard: capturing from wav:")
    for name in ("yard", "road"):
        sources.wait_until_detecting(name)
    status, errors = daemon.terminate()
    assert status == 0, errors
    assert len(manager.times("READY=1")) == 1
    for name in ("yard", "road"):
        assert sources.statuses(name) == ["online", "offline"]
        rows = sources.rows(name)
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        assert {(row["node"], row["source"]) for row in rows} == {(NODE, name)}
        assert (tmp_path / name / "outbox.db").exists()
        assert {path.name for path in (tmp_path / "clips" / name).glob("*.flac")} >= {
            row["clip"] for row in rows if row["clip"]
        }
        healths = [json.loads(message.payload) for message in sources.on(name, "health")]
        assert healths[-1]["rss_bytes"] > 20_000_000
        assert max(health["cpu_percent"] for health in healths) > 0.0
    assert topics_of(subscriber.received, "yard") == topics_of(subscriber.received, "road")
    assert {topic.split("/")[2] for topic in {m.topic for m in subscriber.received}} == {
        "yard",
        "road",
    }
    assert all(f"[{name}] INFO soundpost" in errors for name in ("yard", "road"))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_source_that_dies_or_hangs_costs_the_other_nothing(
    sources: SeveralSources, manager: ServiceManager, number: signal.Signals
) -> None:
    """It is offline and returns; the other misses no message and no sample."""
    sources.configure("yard", "road")
    daemon = sources.start(manager.environment)
    for name in ("yard", "road"):
        sources.wait_until_detecting(name)
    victim = sources.pid("yard")
    assert victim is not None
    os.kill(victim, number)
    sources.wait_for_another_process("yard", victim)
    sources.wait_until_detecting("yard")
    sources.wait_until_detecting("road")
    assert "offline" in sources.statuses("yard")
    sources.verify_unaffected("road")
    status, errors = daemon.terminate()
    assert status == 0, errors
    assert "yard was ended by SIG" in errors


def test_a_reload_adds_and_removes_sources(sources: SeveralSources, broker: Broker) -> None:
    """One that stays is not touched; of one that is gone the broker retains nothing."""
    sources.configure("yard", "road")
    daemon = sources.start()
    for name in ("yard", "road"):
        sources.wait_until_detecting(name)
    stays, goes = sources.pid("road"), sources.pid("yard")
    sources.configure("road", "barn")
    sources.send(signal.SIGHUP)
    sources.wait_until_detecting("barn")
    assert sources.pid("road") == stays
    assert goes is not None
    assert not is_alive(goes)
    sources.wait_until_detecting("road")
    sources.verify_unaffected("road")
    with Subscriber(broker.port) as late:
        late.publish("end", b"", retain=False)  # arrives after the retained messages
        retained = late.wait_for(lambda seen: any(m.topic == "end" for m in seen))
    assert topics_of([m for m in retained if m.retain], "yard") == set()
    assert {"status", "health"} <= topics_of([m for m in retained if m.retain], "barn")
    assert "offline" in sources.statuses("yard")
    status, errors = daemon.terminate()
    assert status == 0, errors


def test_a_changed_source_reads_its_part_again(sources: SeveralSources) -> None:
    """In the same process; its neighbour goes on as it was."""
    sources.configure("yard", more=sources.table("road", f"wav:{sources.folder}/busy.wav"))
    daemon = sources.start()
    for name in ("yard", "road"):
        sources.wait_until_detecting(name)
    process = sources.pid("road")
    changed = sources.table("road", f"wav:{sources.folder}/quiet.wav")
    sources.configure("yard", more=changed)
    sources.send(signal.SIGHUP)
    daemon.wait_for_log(f"[road] INFO soundpost: capturing from wav:{sources.folder}/quiet.wav")
    assert sources.pid("road") == process
    sources.wait_until_detecting("yard")
    sources.verify_unaffected("yard")
    assert daemon.terminate()[0] == 0


def test_a_single_source_becomes_several_and_one_again(
    sources: SeveralSources, subscriber: Subscriber
) -> None:
    """By reloads, in one process; the topics of the earlier form are cleared."""
    one = f'[capture]\nsource = "wav:{sources.folder}/busy.wav"\n'
    sources.configure(more=one)
    daemon = sources.start()
    subscriber.wait_for(lambda _: subscriber.on(f"{BASE}/detections"))
    sources.configure("yard", "road")
    sources.send(signal.SIGHUP)
    sources.wait_until_detecting("yard")
    assert subscriber.on(f"{BASE}/status")[-1].payload == b""
    sources.configure(more=one)
    sources.send(signal.SIGHUP)
    subscriber.wait_for(lambda _: subscriber.on(f"{BASE}/status")[-1].payload == b"online")
    assert sources.on("yard", "status")[-1].payload == b""
    assert sources.pid("yard") is None
    status, errors = daemon.terminate()
    assert status == 0, errors


def test_a_killed_supervisor_leaves_no_process(sources: SeveralSources) -> None:
    """Its sources end with it, whatever they do, and the broker publishes their last wills."""
    sources.configure("yard", "road")
    daemon = sources.start()
    for name in ("yard", "road"):
        sources.wait_until_detecting(name)
    pids = [pid for name in ("yard", "road") if (pid := sources.pid(name))]
    os.kill(pids[0], signal.SIGSTOP)
    daemon.kill()
    assert len(pids) == 2
    wait_until(lambda: not any(map(is_alive, pids)))
    wait_until(lambda: sources.statuses("road")[-1] == "offline")


def test_one_refused_source_does_not_keep_the_other_from_running(
    sources: SeveralSources, manager: ServiceManager
) -> None:
    """It waits for a reload; its bundle is absent, and then there."""
    road = sources.table("road", f"wav:{sources.folder}/busy.wav")
    sources.configure("yard", more=f'{road}bundle = "{sources.folder}/absent"\n')
    daemon = sources.start(manager.environment)
    manager.wait_for("READY=1")
    manager.wait_for("road is refused (ended with exit status 78)")
    sources.configure("yard", more=f'{road}bundle = "{sources.folder}/bundle"\n')
    sources.send(signal.SIGHUP)
    sources.wait_until_detecting("road")
    sources.verify_unaffected("yard")
    assert daemon.terminate()[0] == 0


def test_commands_choose_one_of_the_sources(sources: SeveralSources) -> None:
    """`check` tries all; the others name those that there are, and take one."""
    sources.configure("yard", "road")
    config = ("--config", str(sources.config))
    checked = soundpost("check", *config)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("ok    broker") == 2
    refused = soundpost("selftest", *config)
    assert refused.returncode == EX_CONFIG
    assert "yard, road" in refused.stdout
    assert soundpost("selftest", *config, "--source", "road").returncode == 0
    unknown = soundpost("labels", *config, "--source", "raod")
    assert "did you mean road?" in unknown.stderr


@pytest.mark.sound_card
def test_a_card_that_vanishes_costs_another_card_and_a_file_nothing(
    sources: SeveralSources, make_wide_card: MakeWideCard
) -> None:
    """Two cards of different formats and a recording; one card is pulled out for good."""
    left, right = (
        make_wide_card(place_sound(), name="left"),
        make_wide_card(place_sound(44_100), "S16_LE", 44_100, name="right"),
    )
    tables = sources.table("west", "mic:left") + sources.table("east", "mic:right")
    sources.configure("file", more=tables)
    daemon = sources.start(shared_environment(sources.folder, left, right))
    sources.wait_until_detecting("file")
    for name in ("west", "east"):
        wait_until(lambda name=name: heard_seconds(sources, name) > 2.0)  # type: ignore[misc] # the parameter binds the value
    left.unplug()
    wait_until(lambda: "no_samples" in latest_problems(sources, "west"))
    before = heard_seconds(sources, "east")
    wait_until(lambda: heard_seconds(sources, "east") > before + 2.0)
    sources.wait_until_detecting("file")
    sources.verify_unaffected("file")
    assert latest_problems(sources, "east") == []
    status, errors = daemon.terminate()
    assert status == 0, errors


def heard_seconds(sources: SeveralSources, name: str) -> float:
    """Returns the captured seconds in the latest health of a source."""
    healths = sources.on(name, "health")
    return float(json.loads(healths[-1].payload)["heard_seconds"]) if healths else 0.0


def latest_problems(sources: SeveralSources, name: str) -> list[str]:
    """Returns the problems in the latest health of a source."""
    problems: list[str] = json.loads(sources.on(name, "health")[-1].payload)["problems"]
    return problems


@pytest.mark.chaos
@pytest.mark.timeout(1800)
def test_many_deaths_of_two_sources_cost_the_third_nothing(
    sources: SeveralSources, capsys: pytest.CaptureFixture[str]
) -> None:
    """`CHAOS_KILLS` kills and freezes at random moments: no message missing, none doubled."""
    rng = random.Random(SEED)  # noqa: S311 - the same moments again
    sources.write_recordings(LONGEST_DEATH_SECONDS * KILLS)
    sources.configure("yard", "road", "barn")
    daemon = sources.start({"WATCHDOG_USEC": "8000000"})
    sources.wait_until_detecting("barn")
    for _ in range(KILLS):
        name = rng.choice(("yard", "road"))
        sources.wait_until_detecting(name, rng.randint(1, 20))
        victim = sources.pid(name)
        assert victim is not None
        os.kill(victim, rng.choice((signal.SIGKILL, signal.SIGSTOP, signal.SIGABRT)))
        sources.wait_for_another_process(name, victim)
    sources.wait_until_detecting("barn")
    sources.verify_unaffected("barn")
    status, errors = daemon.terminate()
    assert status == 0, errors
    for name in ("yard", "road"):
        numbers = [row["seq"] for row in sources.rows(name)]
        assert sorted(set(numbers)) == list(range(1, max(numbers) + 1))
    with capsys.disabled():
        print(f"\n{KILLS} deaths of two sources: {len(sources.rows('barn'))} of the third")  # noqa: T201 - what `make chaos` is for
