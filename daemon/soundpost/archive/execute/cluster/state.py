"""The state of a Dask cluster: its scheduler, its workers and their versions."""

import logging
import time
from pkgutil import resolve_name

from distributed import Client

from soundpost import __version__
from soundpost.errors import ArchiveError
from soundpost.system.log_once import LogOnce

WORKERS_SECONDS = 30.0
"""On a cluster many workers start at once; each connects within seconds of its start."""
_VERSION = "soundpost.archive.execute.cluster.task:__version__"
_LOOK_SECONDS = 2.0
"""Between two requests for the number of workers; each costs the scheduler a list of them."""

_log = logging.getLogger("soundpost.archive")


class ClusterState:
    """Counts the workers of a cluster, and detects the loss of its scheduler.

    Args:
        client: Is connected to the scheduler.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._address = str(client.scheduler_info(n_workers=0)["address"])
        self._workers = 0
        self._due_seconds = 0.0
        self._absence = LogOnce(_log)

    def verify(self) -> None:
        """Waits until there is a worker, and compares the versions of Soundpost on all machines.

        A task that a machine cannot import would end its worker without a message.

        Raises:
            ArchiveError: No worker has come, or a machine has another version, or none.
        """
        try:
            self._client.wait_for_workers(1, timeout=WORKERS_SECONDS)
            versions: dict[str, object] = self._client.run(
                resolve_name, _VERSION, on_error="return"
            )
            versions["the scheduler"] = self._scheduler_version()
            threads = self._client.nthreads()
        except TimeoutError as error:
            raise ArchiveError(
                f"the scheduler {self._address} has no workers",
                hint=f"start them: dask worker {self._address} --nthreads 1 --nworkers -1",
            ) from error
        except OSError as error:
            raise self.lost() from error
        for machine, version in versions.items():
            if version != __version__:
                raise ArchiveError(
                    f"{machine} has another Soundpost than this machine, or none: expected "
                    f"{__version__}, got {version}",
                    hint="install the same version, with the extra `cluster`, on all machines",
                )
        if (most := max(threads.values(), default=1)) > 1:
            _log.warning(
                "workers of %s have up to %d threads, of which each uses one: start them with "
                "--nthreads 1 --nworkers -1",
                self._address,
                most,
            )

    def _scheduler_version(self) -> object:
        try:
            return self._client.run_on_scheduler(resolve_name, _VERSION)
        except ImportError as error:
            return error

    def workers(self) -> int:
        """Returns the number of workers, which is a few seconds old.

        Raises:
            ArchiveError: The scheduler was lost.
        """
        if time.monotonic() < self._due_seconds:
            return self._workers
        if self._client.status != "running":
            raise self.lost()
        try:
            self._workers = len(self._client.nthreads())
        except OSError as error:
            raise self.lost() from error
        self._due_seconds = time.monotonic() + _LOOK_SECONDS
        if self._workers:
            self._absence.recover("%s has workers again", self._address)
        else:
            self._absence.fail("%s has no workers any more: waiting for some", self._address)
        return self._workers

    def lost(self) -> ArchiveError:
        """Returns the error of a scheduler that has ended, or does not have the work any more."""
        return ArchiveError(
            f"the scheduler {self._address} was lost",
            hint="once it and its workers are started again, run the same command: what is done "
            "is kept",
        )
