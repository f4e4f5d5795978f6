"""A supervisor process with real processes as sources, and a service manager's socket."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mosquitto import wait_until
from mqtt_subscriber import PATIENCE_SECONDS
from notify_socket import ServiceManager

from soundpost.config.live import COPY
from soundpost.config.sources import MOST_SOURCES
from soundpost.errors import EX_CONFIG

SCRIPT = Path(__file__).resolve().parents[3] / "support" / "scripted_supervisor.py"
HANDED_OVER = 3


class Supervised:
    """A supervisor process whose sources behave by their names, see scripted_source.py.

    Args:
        folder: An empty folder.
        manager: The service manager.

    Attributes:
        manager: The same.
        records: The folder in which the sources record what happens to them.
        state: The state directory.
    """

    def __init__(self, folder: Path, manager: ServiceManager) -> None:
        self.manager = manager
        self.records = folder / "records"
        self.state = folder / "state"
        self._config = folder / "soundpost.toml"
        self._process: subprocess.Popen[str] | None = None
        self.records.mkdir()
        self.state.mkdir()

    @property
    def process(self) -> "subprocess.Popen[str]":
        """The process, once it was started."""
        assert self._process is not None
        return self._process

    def configure(self, *names: str, more: str = "") -> None:
        """Writes the configuration: sources with these names, one named `ended` a recording."""
        tables = (
            f'[[sources]]\nname = "{name}"\nsource = "{"wav:a" if name == "ended" else "mic"}"\n'
            for name in names
        )
        self._config.write_text(f"{more}\n{''.join(tables)}")

    def start(self, *names: str) -> None:
        """Starts the supervisor with sources of these names."""
        self.configure(*names)
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(self._config), str(self.records)],
            env=os.environ | self.manager.environment | {"STATE_DIRECTORY": str(self.state)},
            stderr=subprocess.PIPE,
            text=True,
        )

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the supervisor."""
        self.process.send_signal(number)

    def wait(self) -> tuple[int, str]:
        """Returns the exit status and the log, once the supervisor has ended by itself."""
        _, log = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, log

    def stop(self) -> tuple[int, str]:
        """Sends SIGTERM; returns the exit status and the log."""
        self.send(signal.SIGTERM)
        return self.wait()

    def record(self, name: str) -> list[str]:
        """Returns what happened to a source so far."""
        path = self.records / name
        return path.read_text().splitlines() if path.exists() else []

    def pids(self, name: str) -> list[int]:
        """Returns the ids of the processes of a source so far."""
        return [int(line.split()[1]) for line in self.record(name) if line.startswith("start")]

    def wait_for_status(self, text: str) -> None:
        """Returns once the status line for the service manager has a text."""
        self.manager.wait_for(text, within_seconds=PATIENCE_SECONDS)

    def close(self) -> None:
        """Kills the supervisor, if it still runs; its sources end with it or not at all."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    """Provides a supervisor that is not started yet."""
    with ServiceManager(tmp_path, 20.0) as manager:
        supervised = Supervised(tmp_path, manager)
        yield supervised
        supervised.close()


def is_alive(pid: int) -> bool:
    """Returns whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def latest(supervised: Supervised, name: str, count: int = 1) -> int:
    """Returns the id of a source's latest process, once it has had so many."""
    wait_until(lambda: len(supervised.pids(name)) >= count)
    return supervised.pids(name)[-1]


def test_sixteen_sources_run_and_end_together(supervised: Supervised) -> None:
    """One READY, after all are; one status line; SIGTERM ends each properly."""
    names = [f"steady-{number}" for number in range(MOST_SOURCES)]
    supervised.start(*names)
    supervised.manager.wait_for("READY=1")
    assert len(supervised.manager.times("READY=1")) == 1
    supervised.wait_for_status(f"{MOST_SOURCES} of {MOST_SOURCES} sources run; steady-0: capturing")
    status, log = supervised.stop()
    assert status == 0, log
    assert all(supervised.record(name)[1:] == ["SIGTERM", "end"] for name in names)
    assert supervised.manager.times("STOPPING=1")


def test_one_that_fails_does_not_keep_the_others_from_being_ready(supervised: Supervised) -> None:
    """Refused, failed or never ready: the node is ready when each has had its chance."""
    supervised.start("steady", "refused", "failing", "late")
    supervised.manager.wait_for("READY=1")
    assert len(supervised.pids("refused")) == 1
    assert len(supervised.pids("late")) >= 1
    wait_until(lambda: len(supervised.pids("failing")) > 2)
    supervised.wait_for_status("refused is refused (ended with exit status 78)")
    assert len(supervised.pids("refused")) == len(supervised.pids("steady")) == 1
    status, log = supervised.stop()
    assert status == 0
    assert "late is not ready after 8 s, and is aborted" in log


def test_a_node_whose_sources_are_all_refused_ends_with_78(supervised: Supervised) -> None:
    """Nothing was ready, and no copy of the configuration is kept."""
    supervised.start("refused-a", "refused-b")
    status, log = supervised.wait()
    assert status == EX_CONFIG, log
    assert not supervised.manager.times("READY=1")
    assert not (supervised.state / COPY).exists()


def test_recordings_end_the_node_with_their_end(supervised: Supervised) -> None:
    """As a single file does."""
    supervised.start("ended")
    status, log = supervised.wait()
    assert status == 0, log
    assert len(supervised.pids("ended")) == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_source_that_dies_or_hangs_costs_the_others_nothing(
    supervised: Supervised, number: signal.Signals
) -> None:
    """It is started again; the others keep their processes."""
    supervised.start("steady-a", "steady-b")
    supervised.manager.wait_for("READY=1")
    victim = latest(supervised, "steady-a")
    os.kill(victim, number)
    assert latest(supervised, "steady-a", 2) != victim
    assert not is_alive(victim)
    assert len(supervised.pids("steady-b")) == 1
    status, log = supervised.stop()
    assert status == 0, log
    assert "was ended by SIG" in log


def test_the_supervisors_watchdog_is_fed_without_progress_of_a_source(
    supervised: Supervised,
) -> None:
    """A source that hangs is the supervisor's own business, and no reason to restart the node."""
    supervised.start("silent")
    supervised.manager.wait_for("WATCHDOG=1", count=3)
    wait_until(lambda: len(supervised.pids("silent")) > 1)
    assert supervised.process.poll() is None
    supervised.stop()


def test_a_reload_starts_stops_and_keeps_sources(supervised: Supervised) -> None:
    """All that stay are made to read the file; a refused one is started again."""
    supervised.start("steady-a", "steady-b", "refused")
    supervised.manager.wait_for("READY=1")
    supervised.configure("steady-b", "refused", "steady-c")
    supervised.send(signal.SIGHUP)
    supervised.manager.wait_for("READY=1", count=2)
    assert len(supervised.manager.times("RELOADING=1")) == 1
    assert supervised.record("steady-a")[1:] == ["SIGUSR1", "end"]
    wait_until(lambda: supervised.record("steady-b")[1:] == ["SIGHUP"])
    assert len(supervised.pids("steady-c")) == 1
    latest(supervised, "refused", 2)
    assert "steady-c" in (supervised.state / COPY).read_text()
    assert supervised.stop()[0] == 0


def test_a_refused_file_is_reported_by_every_source(supervised: Supervised) -> None:
    """Each reads it, and has it in its health; the sources stay as they are."""
    supervised.start("steady-a", "steady-b")
    supervised.manager.wait_for("READY=1")
    supervised.configure("steady-a", more="nod.name = 1")
    supervised.send(signal.SIGHUP)
    wait_until(lambda: "SIGHUP" in supervised.record("steady-b"))
    supervised.wait_for_status("an older configuration is in use")
    assert supervised.record("steady-a")[1:] == ["SIGHUP"]
    supervised.stop()
    assert "steady-b" in (supervised.state / COPY).read_text()


def test_the_last_good_sources_are_used_at_a_start_with_a_broken_file(
    supervised: Supervised,
) -> None:
    """The copy is that of the whole file; each source has a state directory of its own."""
    (supervised.state / COPY).write_text('[[sources]]\nname = "steady"\n')
    supervised.start("steady", "st/eady")
    supervised.manager.wait_for("READY=1")
    assert (supervised.state / "sources" / "steady").is_dir()
    status, log = supervised.stop()
    assert status == 0
    assert "the last good one is used" in log


def test_a_file_with_a_single_source_ends_the_supervisor(supervised: Supervised) -> None:
    """Its caller then runs that source itself, without a supervisor."""
    supervised.start("steady-a", "steady-b")
    supervised.manager.wait_for("READY=1")
    supervised.configure(more='[capture]\nsource = "mic"')
    supervised.send(signal.SIGHUP)
    status, log = supervised.wait()
    assert status == HANDED_OVER, log
    assert supervised.record("steady-a")[1:] == ["SIGUSR1", "end"]


def test_sigterm_during_the_start_ends_all(supervised: Supervised) -> None:
    """Sources that are not ready end too, one that ignores it after its time."""
    supervised.start("late", "stubborn")
    latest(supervised, "late")
    latest(supervised, "stubborn")
    began_seconds = time.monotonic()
    status, log = supervised.stop()
    assert status == 0, log
    assert time.monotonic() - began_seconds < PATIENCE_SECONDS / 2
    assert not any(is_alive(pid) for name in ("late", "stubborn") for pid in supervised.pids(name))


def test_sigusr1_takes_the_node_away(supervised: Supervised) -> None:
    """Every source clears its retained topics."""
    supervised.start("steady-a", "steady-b")
    supervised.manager.wait_for("READY=1")
    supervised.send(signal.SIGUSR1)
    assert supervised.wait()[0] == 0
    assert supervised.record("steady-b")[1:] == ["SIGUSR1", "end"]


def test_a_killed_supervisor_leaves_no_source(supervised: Supervised) -> None:
    """The kernel kills them, one that is stopped (SIGSTOP) or ignores SIGTERM as well."""
    names = ("steady", "stubborn", "silent")
    supervised.start(*names)
    supervised.manager.wait_for("READY=1")
    pids = [latest(supervised, name) for name in names]
    os.kill(pids[0], signal.SIGSTOP)
    supervised.send(signal.SIGKILL)
    supervised.wait()
    wait_until(lambda: not any(map(is_alive, pids)))
