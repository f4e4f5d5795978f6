"""A Dask cluster of threads of the test process; importing this file needs distributed."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import dask
from distributed import Client, LocalCluster


@contextmanager
def threads_cluster(workers: int = 1, threads: int = 1) -> Iterator[Client]:
    """Yields the client of a cluster that starts within a moment; no worker can be killed."""
    with (
        TemporaryDirectory(prefix="dask-") as folder,
        dask.config.set({"temporary-directory": folder}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=threads,
            processes=False,
            dashboard_address="127.0.0.1:0",
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client
