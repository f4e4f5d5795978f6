"""A run on a Dask cluster: gives its workers batches of files, and receives their results."""

import logging
import pickle
import uuid
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from queue import Empty, SimpleQueue

from distributed import CancelledError, Client, Future, KilledWorker

from soundpost.archive.execute.cluster.batches import Batches
from soundpost.archive.execute.cluster.paths import absolute, sight_problem, with_absolute_paths
from soundpost.archive.execute.cluster.state import ClusterState
from soundpost.archive.execute.cluster.task import Result, analyze_files, pack
from soundpost.archive.execute.executor import FileMessage
from soundpost.archive.execute.messages import Analyzed, LeftOut, Position, Refused, Unseen
from soundpost.archive.files import ArchiveFile
from soundpost.archive.settings import AnalysisSettings, fingerprint
from soundpost.classify.find import find_bundle
from soundpost.errors import ArchiveError
from soundpost.heads.attach import read_heads
from soundpost.manifest import read_manifest

_Batch = Future[list[Result] | Refused]
_Event = _Batch | tuple[str, float, float]
"""A batch that is over, or the key of a file with the seconds and the share of its position."""

_AHEAD = 2
"""Batches for each worker: one that it has, and one that waits, so that it never does."""
_POLL_SECONDS = 1.0
"""Between two looks at the cluster while nothing arrives."""

_log = logging.getLogger("soundpost.archive")


class ClusterRun:
    """The batches of one run that are on a cluster.

    Args:
        client: Is connected to the scheduler.
        settings: The models, their rules and the time zone.
    """

    def __init__(self, client: Client, settings: AnalysisSettings) -> None:
        self._client = client
        self._name = f"soundpost-{uuid.uuid4().hex[:8]}"
        self._settings = with_absolute_paths(settings)
        self._state = ClusterState(client)
        self._batches: dict[_Batch, list[ArchiveFile]] = {}
        self._files: dict[str, ArchiveFile] = {}
        self._events: SimpleQueue[_Event] = SimpleQueue()
        self._numbers = count()

    def messages(self, files: Sequence[ArchiveFile]) -> Generator[FileMessage]:
        """Yields the messages about files; the work on the cluster ends with the iterator."""
        self._state.verify()
        self._client.subscribe_topic(self._name, lambda event: self._events.put(tuple(event[1])))
        models = self._settings.config.all_models
        own = [read_manifest(find_bundle(model.bundle)) for model in models]
        manifests = read_heads(self._settings.config.heads, own).manifests
        setup = pack(self._settings, fingerprint(self._settings, manifests))
        # A task, and not scattered: a scattered value is lost with the worker that has it.
        self._setup = self._client.submit(tuple, setup, key=f"{self._name}-settings", pure=False)
        try:
            suspects: list[ArchiveFile] = []
            yield from self._analyze(Batches(files), suspects)
            # A worker may have had an innocent file when it was killed: now each has one only.
            yield from self._analyze(Batches(suspects, most_files=1), None)
        finally:
            if self._client.status == "running":
                with suppress(OSError):  # the scheduler may be lost meanwhile
                    self._client.unsubscribe_topic(self._name)
                    self._client.cancel([*self._batches, self._setup], force=True)

    def _analyze(
        self, waiting: Batches, suspects: list[ArchiveFile] | None
    ) -> Iterator[FileMessage]:
        """Yields the messages about the files that wait.

        Args:
            waiting: The files.
            suspects: Takes those whose workers were killed; None to leave these out.
        """
        ahead = 1 if suspects is None else _AHEAD
        while waiting or self._batches:
            workers = self._state.workers()
            while waiting and len(self._batches) < ahead * workers:
                self._submit(waiting.pop(workers))
            for event in self._received():
                if isinstance(event, Future):
                    yield from self._results(event, suspects)
                elif event[0] in self._files:
                    yield FileMessage(self._files[event[0]], Position(*event[1:]))

    def _submit(self, batch: list[ArchiveFile]) -> None:
        key = f"{self._name}-{next(self._numbers)}"
        files = pickle.dumps([replace(file, path=absolute(file.path)) for file in batch])
        try:
            future = self._client.submit(
                analyze_files, self._setup, files, self._name, key=key, pure=False
            )
        except (CancelledError, OSError) as error:
            raise self._state.lost() from error
        self._batches[future] = batch
        self._files |= {file.key: file for file in batch}
        future.add_done_callback(self._events.put)

    def _received(self) -> Iterator[_Event]:
        """Yields what has arrived; waits for a moment if nothing has."""
        with suppress(Empty):
            yield self._events.get(timeout=_POLL_SECONDS)
            while not self._events.empty():
                yield self._events.get_nowait()

    def _results(self, future: _Batch, suspects: list[ArchiveFile] | None) -> Iterator[FileMessage]:
        """Yields the results of the files of a batch that is over.

        Raises:
            ArchiveError: The scheduler was lost, or a worker refused.
        """
        batch = self._batches.pop(future)
        for file in batch:
            del self._files[file.key]
        if future.status == "error" and suspects is not None:
            suspects += batch
            return
        if future.status == "error":
            left_out = _failure(future)
            yield from (FileMessage(file, left_out) for file in batch)
            return
        try:
            results = future.result()
        except (CancelledError, OSError) as error:
            raise self._state.lost() from error
        if isinstance(results, Refused):
            raise ArchiveError(results.message, hint=results.hint)
        for file, result in zip(batch, results, strict=True):
            yield FileMessage(file, _compared(file, result))


def _failure(future: _Batch) -> LeftOut:
    """Returns why a file has no result, which was the only one of its worker."""
    error = future.exception()
    if isinstance(error, KilledWorker):
        reason = f"{error.allowed_failures + 1} workers were killed while they had it"
        return LeftOut(reason, "look whether their memory is short, or convert it to FLAC")
    _log.error("a worker failed", exc_info=error)
    line = " ".join(str(error).split())
    reason = f"the worker that read it failed: {type(error).__name__}: {line}"
    return LeftOut(reason, "report this, with the traceback in the log")


def _compared(file: ArchiveFile, result: Result) -> Analyzed | LeftOut:
    """Returns the result of a file; of one that a worker does not see, why it has none.

    Raises:
        ArchiveError: This machine sees it.
    """
    if not isinstance(result, Unseen):
        return result
    if problem := sight_problem(file):
        return LeftOut(f"cannot be read: {problem}", "leave it in its place while it is analyzed")
    raise ArchiveError(
        f"the worker {result.worker} does not see {absolute(file.path)} as this machine does: "
        f"{result.reason}",
        hint="mount the folder of the recordings on all machines, under the same path",
    )
