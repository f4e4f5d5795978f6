"""The executor of a Dask cluster, by the address of its scheduler or by a client."""

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

from distributed import Client

from soundpost.archive.execute.cluster.run import ClusterRun
from soundpost.archive.execute.executor import FileMessage
from soundpost.archive.files import ArchiveFile
from soundpost.archive.settings import AnalysisSettings
from soundpost.errors import ArchiveError

CONNECT_SECONDS = 15.0
"""A scheduler answers within milliseconds; one that is only starting, within seconds."""


@contextmanager
def connect(address: str) -> Iterator["ClusterExecutor"]:
    """Connects to the scheduler of a cluster; cancels what it has to do when the context ends.

    Args:
        address: Such as `tcp://scheduler:8786`.

    Raises:
        ArchiveError: It cannot be reached.
    """
    # A lost scheduler is an error of the run; the client logs a traceback for it, too.
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:  # ValueError: the address has a scheme that Dask lacks
        raise ArchiveError(
            f"the scheduler {address} cannot be reached: {error}",
            hint="start `dask scheduler` there, and open its port (8786) in the firewall",
        ) from error
    with client:
        yield ClusterExecutor(client)


class ClusterExecutor:
    """Analyzes files on a cluster, whose machines have the recordings under the same paths.

    A batch whose worker is killed goes to another worker. A file whose worker is killed each time
    is left out.

    Args:
        client: Is connected to the scheduler; it stays open.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def run(
        self, settings: AnalysisSettings, files: Sequence[ArchiveFile]
    ) -> Generator[FileMessage]:
        """Yields the messages about files, as `Executor.run` does.

        Raises:
            ArchiveError: There are no workers, the scheduler was lost, or a worker has another
                version of Soundpost, other models, or another view of the files.
        """
        if files:
            yield from ClusterRun(self._client, settings).messages(files)
