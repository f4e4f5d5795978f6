"""The queue of analyses: bounded, one at a time, and results that are kept for a while."""

import logging
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from soundpost_web.analysis.job import Job, JobState
from soundpost_web.analysis.result import FILES, read_result

MOST_OPEN = 3
"""One that runs, and two that wait or arrive; the next one is refused at once."""
MOST_KEPT = 10
"""Results, each with its sound: ten minutes take 19 MB at 16 kHz, and 58 MB at 48 kHz."""
_RESERVE_BYTES = 200_000_000
"""Of the disk: the history and the node need some of it."""

_log = logging.getLogger("soundpost.web")


class Runner(Protocol):
    """Analyzes recordings: the program, see `soundpost_web.analysis.program`."""

    def run(self, recording: Path, bundle: str) -> str:
        """Analyzes a recording; returns the name of a text that says why it was ended."""
        ...

    def close(self) -> None:
        """Ends the analysis that runs."""
        ...


class QueueLimits(NamedTuple):
    """The limits of the queue.

    Attributes:
        upload_bytes: The size of the largest upload.
        kept_seconds: The time for which a result is kept.
    """

    upload_bytes: int
    kept_seconds: float


class QueueFullError(Exception):
    """Too many recordings wait."""


class DiskFullError(Exception):
    """The disk has no space for another recording."""


class AnalysisQueue:
    """Jobs, and the thread that runs one after the other; it sleeps while there is none.

    Args:
        folder: The folder of the jobs. All in it is removed at the start and at the end: uploads
            of a page that was killed do not stay.
        runner: Analyzes a recording.
        limits: The limits.
    """

    def __init__(self, folder: Path, runner: Runner, limits: QueueLimits) -> None:
        self.limits = limits
        self._folder = folder
        self._runner = runner
        self._jobs: dict[str, Job] = {}
        self._changed = threading.Condition()
        self._is_closing = False
        self._thread = threading.Thread(target=self._work, name="analyses", daemon=True)

    def open(self) -> None:
        """Removes what an earlier page has left, and starts the thread."""
        remove_folder(self._folder)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the analysis that runs and the thread, and removes all files."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._runner.close()
        self._thread.join()
        remove_folder(self._folder)

    def begin(self) -> Job:
        """Returns a new job with a folder of its own, whose recording is to be received.

        Raises:
            QueueFullError: Too many recordings wait.
            DiskFullError: The disk has too little space.
        """
        with self._changed:
            if sum(not job.is_over for job in self._jobs.values()) >= MOST_OPEN:
                raise QueueFullError
            try:
                # A page that was still ending when this one began removes the folder at last.
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                free = shutil.disk_usage(self._folder).free
                if free < self.limits.upload_bytes + _RESERVE_BYTES:
                    raise DiskFullError
                job = Job(self._folder)
                job.folder.mkdir(mode=0o700)
            except OSError as error:
                _log.error("%s cannot be written: %s", self._folder, error.strerror)
                raise DiskFullError from error
            self._jobs[job.id] = job
            return job

    def submit(self, job: Job) -> None:
        """Queues a job whose recording is complete."""
        with self._changed:
            job.change(JobState.WAITING)
            self._changed.notify_all()

    def drop(self, job: Job) -> None:
        """Removes a job that does not run, with all its files."""
        with self._changed:
            if job.state is not JobState.RUNNING and job.id in self._jobs:
                del self._jobs[job.id]
                remove_folder(job.folder)

    def get(self, job_id: str) -> Job | None:
        """Returns a job; None if there is none, or no longer."""
        with self._changed:
            return self._jobs.get(job_id)

    def ahead(self, job: Job) -> int:
        """Returns the number of recordings that are analyzed before one that waits; else 0."""
        with self._changed:
            if job.state is not JobState.WAITING:
                return 0
            return sum(
                other.state is JobState.RUNNING
                or (other.state is JobState.WAITING and other.since_seconds < job.since_seconds)
                for other in self._jobs.values()
            )

    def _work(self) -> None:
        while job := self._next():
            failure = ""
            try:
                failure = self._runner.run(job.upload, job.bundle)
            except OSError as error:  # the log of the program cannot be written, say
                _log.error("a recording cannot be analyzed: %s", error.strerror)
                failure = "analyze.failed"
            _keep_only(job.folder, FILES)
            result = None if failure else read_result(job.folder)
            with self._changed:
                job.result, job.failure = result, failure or ("" if result else "analyze.failed")
                job.change(JobState.FAILED if job.failure else JobState.DONE)

    def _next(self) -> Job | None:
        """Returns the next job, which runs then; None at the end."""
        with self._changed:
            while not self._is_closing:
                until = self._remove_old()
                waiting = [job for job in self._jobs.values() if job.state is JobState.WAITING]
                if waiting:
                    job = min(waiting, key=lambda job: job.since_seconds)
                    job.change(JobState.RUNNING)
                    return job
                self._changed.wait(until)
            return None

    def _remove_old(self) -> float | None:
        """Removes results that are old or too many; returns the seconds until the next one is."""
        over = sorted(
            (job for job in self._jobs.values() if job.is_over), key=lambda job: job.since_seconds
        )
        oldest_seconds = time.monotonic() - self.limits.kept_seconds
        for number, job in enumerate(over):
            if job.since_seconds <= oldest_seconds or number < len(over) - MOST_KEPT:
                del self._jobs[job.id]
                remove_folder(job.folder)
        kept = [job.since_seconds for job in over if job.id in self._jobs]
        return max(0.0, kept[0] - oldest_seconds) if kept else None


def _keep_only(folder: Path, names: dict[str, str]) -> None:
    """Removes the recording and all else that is no file of a result."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name not in names:
                path.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """Removes a folder with all that is in it; what cannot be removed is logged."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        _log.error("%s cannot be removed: %s", folder, error.strerror)
