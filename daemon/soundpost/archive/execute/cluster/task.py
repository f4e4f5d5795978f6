"""The task of a Dask worker: a batch of files, by models that its process keeps."""

import pickle
import time
from functools import lru_cache, partial
from threading import Lock
from typing import NamedTuple

from distributed import get_worker
from distributed.worker import Worker

from soundpost import __version__
from soundpost.archive.analyzer import Analyzer
from soundpost.archive.execute.cluster.paths import sight_problem
from soundpost.archive.execute.messages import Analyzed, LeftOut, Refused, Unseen
from soundpost.archive.execute.worker import result_of
from soundpost.archive.files import ArchiveFile
from soundpost.archive.settings import AnalysisSettings, Fingerprint, fingerprint
from soundpost.errors import BundleError, SoundpostError

POSITION_SECONDS = 2.0
"""Between two positions of a worker: those of thousands of workers pass through one scheduler."""
CANCEL_SECONDS = 0.5
"""Between two looks at whether the run still wants the result."""

_KEPT_MODELS = 2
"""Sets of models that a worker keeps: two runs may share a cluster."""
_NAMED_AT_MOST = 3
"""Differences that a refusal names; one of another bundle makes several."""

_one_at_a_time = Lock()
"""An interpreter has one input tensor, so a worker with several threads uses one of them."""


class Setup(NamedTuple):
    """The settings of a run, as they are sent to the workers.

    Attributes:
        facts: Their fingerprint on the machine of the run.
        settings: `AnalysisSettings`, pickled: another version could not unpickle them, and is to be
            refused by its number.
    """

    facts: dict[str, str]
    settings: bytes


Result = Analyzed | LeftOut | Unseen
"""The result of a file."""


class _CancelledError(Exception):
    """The run does not want the result any more."""


def pack(settings: AnalysisSettings, facts: Fingerprint) -> Setup:
    """Returns the settings of a run for its workers."""
    return Setup(dict(facts), pickle.dumps(settings))


def analyze_files(
    setup: tuple[dict[str, str], bytes], files: bytes, topic: str
) -> list[Result] | Refused:
    """Analyzes files on a worker, one after the other.

    Args:
        setup: As `Setup`.
        files: A list of `ArchiveFile`, pickled.
        topic: The topic to which the worker publishes the key of a file and its position.

    Returns:
        A `Result` for each file; or `Refused`, if this worker's models or version are not those of
        the run.
    """
    worker = get_worker()
    try:
        analyzer = _verified_analyzer(*setup)
    except SoundpostError as error:
        return Refused(f"the worker {worker.address} {error}", error.hint)
    batch: list[ArchiveFile] = pickle.loads(files)  # noqa: S301 - Dask's own messages are pickles
    watch = _Watch(worker, topic)
    with _one_at_a_time:
        return [_result(analyzer, file, watch) for file in batch]


def _result(analyzer: Analyzer, file: ArchiveFile, watch: "_Watch") -> Result:
    if problem := sight_problem(file):
        return Unseen(watch.address, problem)
    return result_of(analyzer, file, partial(watch.on_position, file))


class _Watch:
    """Publishes the positions of a task, and ends it once it is cancelled.

    Args:
        worker: The worker.
        topic: The topic of positions.
    """

    def __init__(self, worker: Worker, topic: str) -> None:
        self.address = worker.address
        self._worker = worker
        self._topic = topic
        self._task = worker.get_current_task()
        self._position_due_seconds = self._look_due_seconds = time.monotonic() + CANCEL_SECONDS

    def on_position(self, file: ArchiveFile, seconds: float, share: float) -> None:
        """Takes how far a file is.

        Raises:
            _CancelledError: The run was ended, or another worker has the task.
        """
        now_seconds = time.monotonic()
        if now_seconds < self._look_due_seconds:
            return
        self._look_due_seconds = now_seconds + CANCEL_SECONDS
        task = self._worker.state.tasks.get(self._task)
        if task is None or task.state == "cancelled":
            raise _CancelledError(self._task)
        if now_seconds >= self._position_due_seconds:
            self._position_due_seconds = now_seconds + POSITION_SECONDS
            self._worker.log_event(self._topic, [file.key, seconds, share])


def _verified_analyzer(facts: Fingerprint, settings: bytes) -> Analyzer:
    """Returns the models of a run, which are loaded and verified once.

    Raises:
        BundleError: The version of Soundpost or a bundle is not that of the run.
    """
    if facts["soundpost"] != __version__:
        raise BundleError(
            f"has Soundpost {__version__}, the run has {facts['soundpost']}",
            hint="install the same version for the scheduler and all workers, and start them again",
        )
    with _one_at_a_time:
        analyzer, own_facts = _load(settings)
    different = [
        f"{name}: {own_facts.get(name, 'none')} there, {facts.get(name, 'none')} here"
        for name in dict.fromkeys((*facts, *own_facts))
        if own_facts.get(name) != facts.get(name)
    ]
    if different:
        raise BundleError(
            f"has other models or settings: {'; '.join(different[:_NAMED_AT_MOST])}",
            hint="copy the bundle to a folder that all machines share, and name it by its path",
        )
    return analyzer


@lru_cache(maxsize=_KEPT_MODELS)
def _load(settings: bytes) -> tuple[Analyzer, Fingerprint]:
    """Returns the models of a run and their fingerprint, as this machine has them."""
    unpacked: AnalysisSettings = pickle.loads(settings)  # noqa: S301 - Dask's own messages are pickles
    analyzer = Analyzer(unpacked)
    return analyzer, fingerprint(unpacked, analyzer.manifests)
