"""One source: its phases, by the notifications, the end and the silence of a real process."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from daemon_process import is_running
from manual_clock import ManualClock
from mosquitto import wait_until

from soundpost.config import SourceConfig
from soundpost.supervisor.phase import Limits, Phase
from soundpost.supervisor.source_process import SourceProcess

MakeSource = Callable[..., SourceProcess]
LIMITS = Limits()


def wait_for(source: SourceProcess, phase: Phase) -> None:
    """Returns once a source is in a phase; the clock stands still."""

    def is_there() -> bool:
        source.receive()
        source.tick()
        return source.phase is phase

    wait_until(is_there)


def wait_for_sign(source: SourceProcess) -> None:
    """Returns once a source has received a sign of progress."""
    due_seconds = source.due_seconds

    def has_come() -> bool:
        source.receive()
        return source.due_seconds > due_seconds

    wait_until(has_come)


def phase_of(source: SourceProcess) -> Phase:
    """Returns the phase of a source now, which each call may have changed."""
    return source.phase


def record(folder: Path, name: str) -> list[str]:
    """Returns what happened to the processes of a source, without their ids."""
    path = folder / name
    return [line.partition(" ")[0] for line in path.read_text().splitlines()]


def pid_of(folder: Path, name: str) -> int:
    """Returns the id of the latest process of a source."""
    starts = [line for line in (folder / name).read_text().splitlines() if "start" in line]
    return int(starts[-1].partition(" ")[2])


def kill_process(pid: int) -> None:
    """Kills a process, and returns once it has ended; its parent still has to take note."""
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def test_a_source_becomes_ready_and_is_stopped(make_source: MakeSource, tmp_path: Path) -> None:
    """It ends by SIGTERM, and is not started again."""
    source = make_source("steady")
    assert (source.phase, source.was_tried) == (Phase.WAITING, False)
    wait_for(source, Phase.RUNNING)
    assert source.was_ready
    assert source.status == "capturing"
    source.stop()
    wait_for(source, Phase.ENDED)
    assert record(tmp_path, "steady") == ["start", "SIGTERM", "end"]
    assert source.due_seconds == float("inf")


def test_a_removed_source_clears_its_topics(make_source: MakeSource, tmp_path: Path) -> None:
    """It receives another signal than one that is stopped."""
    source = make_source("steady")
    wait_for(source, Phase.RUNNING)
    source.stop(is_removed=True)
    wait_for(source, Phase.ENDED)
    assert record(tmp_path, "steady") == ["start", "SIGUSR1", "end"]


def test_what_a_killed_source_has_started_ends_with_it(
    make_source: MakeSource, tmp_path: Path
) -> None:
    """As ffmpeg, which nothing else ends in the unit, and which would still read the stream."""
    source = make_source("parent")
    wait_for(source, Phase.RUNNING)
    line = (tmp_path / "parent").read_text().splitlines()[-1]
    child = int(line.removeprefix("child "))
    assert is_running(child)
    kill_process(pid_of(tmp_path, "parent"))
    wait_for(source, Phase.WAITING)
    wait_until(lambda: not is_running(child))


def test_a_killed_source_starts_again_after_a_wait(
    make_source: MakeSource, tmp_path: Path, clock: ManualClock
) -> None:
    """Waits grow while it fails, and are short again after it has run for a minute."""
    source = make_source("steady")
    waits = []
    for _ in range(4):
        wait_for(source, Phase.RUNNING)
        kill_process(pid_of(tmp_path, "steady"))
        wait_for(source, Phase.WAITING)
        assert source.failure == "was ended by SIGKILL"
        waits.append(source.due_seconds - clock())
        clock.seconds = source.due_seconds
    assert 0.5 <= waits[0] <= 1.0
    assert 4.0 <= waits[3] <= 8.0
    wait_for(source, Phase.RUNNING)
    assert source.failure == ""
    clock.seconds += LIMITS.steady_seconds + 1.0
    kill_process(pid_of(tmp_path, "steady"))
    wait_for(source, Phase.WAITING)
    assert source.due_seconds - clock() <= 1.0


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_source_without_progress_is_aborted(
    make_source: MakeSource, tmp_path: Path, clock: ManualClock, *, is_stopped: bool
) -> None:
    """After the watchdog's time and not before, also if its process is stopped (SIGSTOP)."""
    source = make_source("silent")
    wait_for(source, Phase.RUNNING)
    if is_stopped:
        os.kill(pid_of(tmp_path, "silent"), signal.SIGSTOP)
    clock.seconds += LIMITS.watchdog_seconds - 0.1
    source.tick()
    assert phase_of(source) is Phase.RUNNING
    clock.seconds += 0.1
    source.tick()
    assert phase_of(source) is Phase.ABORTING
    wait_for(source, Phase.WAITING)
    assert source.failure == "was ended by SIGABRT"


def test_a_sign_of_progress_keeps_a_source(make_source: MakeSource, clock: ManualClock) -> None:
    """Each gives it the whole time of the watchdog again."""
    source = make_source("steady")
    wait_for(source, Phase.RUNNING)
    for _ in range(3):
        clock.seconds += LIMITS.watchdog_seconds - 0.1
        wait_for_sign(source)
        source.tick()
        assert phase_of(source) is Phase.RUNNING


def test_a_source_that_never_becomes_ready_is_tried_again(
    make_source: MakeSource, tmp_path: Path, clock: ManualClock
) -> None:
    """The node need not wait for it: once it was aborted it counts as tried."""
    source = make_source("late")
    wait_for(source, Phase.STARTING)
    wait_until((tmp_path / "late").exists)
    assert (source.was_tried, source.was_ready) == (False, False)
    clock.seconds += LIMITS.start_seconds
    source.tick()
    wait_for(source, Phase.WAITING)
    assert (source.was_tried, source.was_ready) == (True, False)


def test_a_source_that_does_not_end_is_killed(
    make_source: MakeSource, tmp_path: Path, clock: ManualClock
) -> None:
    """It ignores SIGTERM; after its time it is killed, and not started again."""
    source = make_source("stubborn")
    wait_for(source, Phase.RUNNING)
    source.stop()
    wait_until(lambda: "SIGTERM" in record(tmp_path, "stubborn"))
    clock.seconds += LIMITS.stop_seconds
    source.tick()
    assert phase_of(source) is Phase.KILLED
    wait_for(source, Phase.ENDED)
    assert "end" not in record(tmp_path, "stubborn")


def test_a_refused_source_waits_for_another_configuration(
    make_source: MakeSource, tmp_path: Path
) -> None:
    """Exit status 78 is final until then."""
    source = make_source("refused")
    wait_for(source, Phase.REFUSED)
    assert source.due_seconds == float("inf")
    source.reload(source.source)
    assert phase_of(source) is Phase.WAITING
    wait_for(source, Phase.REFUSED)
    assert record(tmp_path, "refused") == ["start", "start"]


@pytest.mark.parametrize(
    ("source", "phase"), [("wav:night.wav", Phase.ENDED), ("mic:USB", Phase.WAITING)]
)
def test_a_recording_ends_and_a_microphone_does_not(
    make_source: MakeSource, source: str, phase: Phase
) -> None:
    """Exit status 0 without a request is the end of a file, and a fault of a microphone."""
    wait_for(make_source("ended", source=source), phase)


def test_a_recording_that_has_ended_is_not_repeated_by_a_reload(make_source: MakeSource) -> None:
    """Another recording under its name is."""
    source = make_source("ended", source="wav:night.wav")
    wait_for(source, Phase.ENDED)
    source.reload(source.source)
    assert phase_of(source) is Phase.ENDED
    source.reload(msgspec.structs.replace(source.source, source="wav:day.wav"))
    assert phase_of(source) is Phase.WAITING


def test_a_source_that_cannot_be_started_is_tried_again(
    make_source: MakeSource, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """No process is free, say: the failure is logged once, and the waits grow."""
    source = make_source("steady", ("/absent/soundpost",))
    for _ in range(3):
        source.tick()
        assert phase_of(source) is Phase.WAITING
        clock.seconds = source.due_seconds
    assert source.was_tried
    assert source.failure == "cannot be started: No such file or directory"
    assert caplog.text.count("cannot be started") == 1


def test_a_reload_waits_until_the_source_is_ready(make_source: MakeSource, tmp_path: Path) -> None:
    """Before that the process may not handle SIGHUP, and would end by it."""
    source = make_source("steady")
    wait_for(source, Phase.STARTING)
    source.reload(source.source)
    wait_until((tmp_path / "steady").exists)
    assert record(tmp_path, "steady") == ["start"]
    wait_for(source, Phase.RUNNING)
    wait_until(lambda: record(tmp_path, "steady") == ["start", "SIGHUP"])
    wait_for(source, Phase.RUNNING)
    source.reload(source.source)
    wait_until(lambda: record(tmp_path, "steady") == ["start", "SIGHUP", "SIGHUP"])


def test_a_waiting_source_is_stopped_at_once(make_source: MakeSource) -> None:
    """There is no process to wait for."""
    source = make_source("failing")
    wait_for(source, Phase.WAITING)
    source.stop()
    assert phase_of(source) is Phase.ENDED


def test_sources_have_names_for_the_log(make_source: MakeSource) -> None:
    """The name is that of the configuration, also after a reload."""
    source = make_source("failing")
    source.reload(SourceConfig(name="failing", source="mic:other"))
    assert source.name == "failing"
    assert source.source.source == "mic:other"
