"""The queue of analyses."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from full_disk import Disk
from mosquitto import wait_until

from soundpost_web.analysis.job import Job, JobState
from soundpost_web.analysis.queue import (
    MOST_KEPT,
    MOST_OPEN,
    AnalysisQueue,
    DiskFullError,
    QueueFullError,
    QueueLimits,
)

LIMITS = QueueLimits(upload_bytes=1_000, kept_seconds=600.0)
RESULT = (
    b'{"problem":"","damage":"","seconds":1,"is_cut":false,"rate_hz":16000,'
    b'"recorded_rate_hz":16000,"highest_hz":7500,"events":[],"models":[]}'
)


class HeldRunner:
    """A runner that waits until it may go on, and then writes a result, or fails."""

    def __init__(self) -> None:
        self.begun: deque[Path] = deque()
        self.go = threading.Semaphore(0)
        self.failure = ""
        self.result = RESULT
        self.is_closed = False

    def run(self, recording: Path, _bundle: str) -> str:
        """Waits, and writes a result."""
        self.begun.append(recording)
        self.go.acquire()
        (recording.parent / "spool").write_bytes(b"x")
        (recording.parent / "result.json").write_bytes(self.result)
        return self.failure

    def close(self) -> None:
        """Ends the wait."""
        self.is_closed = True
        self.go.release()


@pytest.fixture
def runner() -> HeldRunner:
    """Provides the runner of `make`."""
    return HeldRunner()


MakeQueue = Callable[..., AnalysisQueue]


@pytest.fixture
def make(tmp_path: Path, runner: HeldRunner) -> Iterator[MakeQueue]:
    """Provides a factory of queues, which are closed at the end."""
    with ExitStack() as stack:

        def make_queue(folder: Path = tmp_path / "jobs", limits: QueueLimits = LIMITS) -> object:
            queue = AnalysisQueue(folder, runner, limits)
            queue.open()
            stack.callback(queue.close)
            return queue

        yield make_queue  # type: ignore[misc] # the factory of a test


def received(queue: AnalysisQueue) -> Job:
    """Returns a job whose recording has arrived."""
    job = queue.begin()
    job.upload.write_bytes(b"sound")
    queue.submit(job)
    return job


def finish(runner: HeldRunner, job: Job) -> None:
    """Lets a job end."""
    runner.go.release()
    wait_until(lambda: job.is_over)


def test_one_runs_after_the_other(make: MakeQueue, runner: HeldRunner) -> None:
    """In the order in which they have arrived; each knows how many come before it."""
    queue = make()
    jobs = [received(queue) for _ in range(MOST_OPEN)]
    wait_until(lambda: len(runner.begun) == 1)
    assert [queue.ahead(job) for job in jobs] == [0, 1, 2]
    assert [job.state for job in jobs] == ["running", "waiting", "waiting"]
    for job in jobs:
        finish(runner, job)
    assert [path.parent.name for path in runner.begun] == [job.id for job in jobs]
    assert all(job.state is JobState.DONE for job in jobs)


def test_too_many_are_refused_at_once(make: MakeQueue, runner: HeldRunner) -> None:
    """Also while they arrive; what is done counts no more."""
    queue = make()
    first = received(queue)
    arriving = [queue.begin() for _ in range(MOST_OPEN - 1)]
    with pytest.raises(QueueFullError):
        queue.begin()
    queue.drop(arriving[0])
    finish(runner, first)
    queue.drop(queue.begin())
    assert not arriving[0].folder.exists()


def test_only_the_result_is_kept(make: MakeQueue, runner: HeldRunner) -> None:
    """The recording is deleted, and what the program has left behind."""
    job = received(make())
    finish(runner, job)
    assert [path.name for path in job.folder.iterdir()] == ["result.json"]
    assert job.result is not None
    assert job.folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("result", "failure"),
    [
        (RESULT, "analyze.too_long"),
        (b"", ""),
        (b"{}", ""),
        (b"\xff", ""),
        (b'{"problem": 1}', ""),
        (RESULT.replace(b'"seconds":1', b'"seconds":-1'), ""),
        (b"[" * 5_000_000, ""),
    ],
)
def test_without_a_result_it_has_failed(
    make: MakeQueue, runner: HeldRunner, result: bytes, failure: str
) -> None:
    """Whatever the program has written; the next one runs all the same."""
    queue = make()
    runner.result, runner.failure = result, failure
    job = received(queue)
    finish(runner, job)
    assert (job.state, job.failure) == (JobState.FAILED, failure or "analyze.failed")
    runner.result, runner.failure = RESULT, ""
    other = received(queue)
    finish(runner, other)
    assert other.state is JobState.DONE


def test_results_are_kept_for_a_while(make: MakeQueue, runner: HeldRunner) -> None:
    """Then they are removed, without a request."""
    queue = make(limits=LIMITS._replace(kept_seconds=0.3))
    job = received(queue)
    finish(runner, job)
    wait_until(lambda: queue.get(job.id) is None)
    assert not job.folder.exists()


def test_a_bounded_number_of_results_is_kept(make: MakeQueue, runner: HeldRunner) -> None:
    """The oldest go first."""
    queue = make()
    jobs = []
    for _ in range(MOST_KEPT + 2):
        jobs.append(received(queue))
        finish(runner, jobs[-1])
    wait_until(lambda: [queue.get(job.id) for job in jobs[:3]] == [None, None, jobs[2]])
    assert len(list(jobs[0].folder.parent.iterdir())) == MOST_KEPT


def test_a_result_can_be_removed_before(make: MakeQueue, runner: HeldRunner) -> None:
    """One that runs cannot: its program would write into a folder that is not there."""
    queue = make()
    job = received(queue)
    wait_until(lambda: bool(runner.begun))
    queue.drop(job)
    assert queue.get(job.id) is job
    finish(runner, job)
    queue.drop(job)
    assert queue.get(job.id) is None
    assert not job.folder.exists()
    queue.drop(job)


def test_nothing_stays_behind(make: MakeQueue, tmp_path: Path, runner: HeldRunner) -> None:
    """Neither of a page that was killed, nor of one that ends."""
    (tmp_path / "jobs" / "old").mkdir(parents=True)
    (tmp_path / "jobs" / "old" / "upload").write_bytes(b"sound")
    queue = make()
    assert list((tmp_path / "jobs").iterdir()) == []
    received(queue)
    wait_until(lambda: bool(runner.begun))
    queue.close()
    assert runner.is_closed
    assert not (tmp_path / "jobs").exists()


def test_a_full_disk_is_said(make: MakeQueue, disk: Disk, caplog: pytest.LogCaptureFixture) -> None:
    """Before an upload begins: the history needs the rest."""
    queue = make(folder=disk.folder / "jobs")
    with pytest.raises(DiskFullError), caplog.at_level(logging.ERROR):
        queue.begin()
    disk.empty() if (disk.folder / "ballast").exists() else None


def test_a_folder_that_is_gone_is_made_again(
    make: MakeQueue, tmp_path: Path, runner: HeldRunner
) -> None:
    """As when the page before it ends late, and removes the folder."""
    queue = make()
    (tmp_path / "jobs").rmdir()
    job = received(queue)
    finish(runner, job)
    assert job.state is JobState.DONE
    assert (tmp_path / "jobs").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_a_full_disk(make: MakeQueue, tmp_path: Path) -> None:
    """It is logged, and no bug."""
    queue = make()
    (tmp_path / "jobs").rmdir()
    (tmp_path / "jobs").touch()
    with pytest.raises(DiskFullError):
        queue.begin()


def test_a_recording_that_vanished_has_failed(make: MakeQueue, runner: HeldRunner) -> None:
    """Its folder was removed by hand, say."""
    job = received(make())
    wait_until(lambda: bool(runner.begun))
    for path in job.folder.iterdir():
        path.unlink()
    job.folder.rmdir()
    finish(runner, job)
    assert job.state is JobState.FAILED


def test_an_idle_queue_sleeps(make: MakeQueue) -> None:
    """Its thread wakes for a job only."""
    queue = make()
    time.sleep(0.1)
    (task,) = [each for each in threading.enumerate() if each.name == "analyses"]
    schedule = Path(f"/proc/self/task/{task.native_id}/status")
    before = schedule.read_text()
    time.sleep(0.5)
    after = schedule.read_text()
    switches = "voluntary_ctxt_switches:"
    assert [line for line in before.splitlines() if line.startswith(switches)] == [
        line for line in after.splitlines() if line.startswith(switches)
    ]
    assert queue.limits is LIMITS
