"""Worker processes of this machine: each gets one file at a time, and may crash."""

import multiprocessing
import signal
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from soundpost.archive.execute.executor import FileMessage
from soundpost.archive.execute.messages import Analyzed, LeftOut, Position, Ready, Refused
from soundpost.archive.execute.worker import work
from soundpost.archive.files import ArchiveFile
from soundpost.archive.settings import AnalysisSettings
from soundpost.errors import ArchiveError

# A fork would copy the locks of native libraries' threads, held or not.
_SPAWN = multiprocessing.get_context("spawn")

_MESSAGE = Ready | Refused | Position | Analyzed | LeftOut


@dataclass(slots=True)
class _Worker:
    """A worker process.

    Attributes:
        process: The process.
        connection: The end of the run.
        is_ready: True once the models are loaded.
        file: The file that it has; None while it waits for one.
    """

    process: SpawnProcess
    connection: Connection
    is_ready: bool = field(default=False)
    file: ArchiveFile | None = None


class WorkerPool:
    """Analyzes files in processes: the executor of one machine.

    A process that ends in the middle of a file, by a crash of a decoder or by the kernel for want
    of memory, is replaced, and its file is left out.

    Args:
        workers: Processes; no more are started than there are files.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def run(
        self, settings: AnalysisSettings, files: Sequence[ArchiveFile]
    ) -> Generator[FileMessage]:
        """Yields the messages about files, as `Executor.run` does.

        Raises:
            ArchiveError: A worker cannot load the models, or ended before it had.
        """
        return _PoolRun(settings, files).messages(self._workers)


class _PoolRun:
    """The processes of one run, and the files that wait for one.

    Args:
        settings: The models, their rules and the time zone.
        files: The files.
    """

    def __init__(self, settings: AnalysisSettings, files: Sequence[ArchiveFile]) -> None:
        self._settings = settings
        self._waiting = list(reversed(files))
        self._workers: dict[Connection, _Worker] = {}

    def messages(self, most_workers: int) -> Generator[FileMessage]:
        """Yields the messages, with at most so many processes, which end with the iterator."""
        try:
            for _ in range(min(most_workers, len(self._waiting))):
                self._start()
            while self._workers:
                for connection in wait(list(self._workers)):
                    worker = self._workers[connection]  # type: ignore[index] # all are connections
                    yield from self._receive(worker)
        finally:
            for worker in self._workers.values():
                worker.process.kill()
                worker.process.join()

    def _start(self) -> None:
        own, other = _SPAWN.Pipe()
        process = _SPAWN.Process(target=work, args=(other, self._settings), daemon=True)
        process.start()
        other.close()  # so that the end of the process is the end of the connection
        self._workers[own] = _Worker(process, own)

    def _receive(self, worker: _Worker) -> Iterator[FileMessage]:
        try:
            message: _MESSAGE = worker.connection.recv()
        except (EOFError, OSError):  # OSError: it ended within a message
            yield from self._replace(worker)
            return
        if isinstance(message, Refused):
            raise ArchiveError(message.message, hint=message.hint)
        if isinstance(message, Ready):
            worker.is_ready = True
        elif worker.file is not None:
            yield FileMessage(worker.file, message)
        if not isinstance(message, Position):
            self._give_file(worker)

    def _give_file(self, worker: _Worker) -> None:
        worker.file = self._waiting.pop() if self._waiting else None
        if worker.file is None:
            self._end(worker)
            return
        try:
            worker.connection.send(worker.file)
        except OSError:  # it has ended; the next read finds the end
            return

    def _replace(self, worker: _Worker) -> Iterator[FileMessage]:
        self._end(worker)
        how = _ended(worker.process.exitcode)
        if not worker.is_ready or worker.file is None:
            raise ArchiveError(
                f"a worker process {how} before it had a file",
                hint="run with --workers 1, and look whether memory is short",
            )
        reason = f"the process that read it {how}"
        yield FileMessage(
            worker.file, LeftOut(reason, "copy the file again, or convert it to WAV or FLAC")
        )
        if self._waiting:
            self._start()

    def _end(self, worker: _Worker) -> None:
        del self._workers[worker.connection]
        worker.connection.close()
        worker.process.join()


def _ended(exit_code: int | None) -> str:
    """Returns how a process ended, such as `was ended by SIGSEGV`."""
    if exit_code is not None and exit_code < 0:
        return f"was ended by {signal.Signals(-exit_code).name}"
    return f"ended with status {exit_code}"
