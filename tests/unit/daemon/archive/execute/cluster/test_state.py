"""The state of a cluster: refused before a file is sent if nothing could analyze it."""

import logging

import pytest

from soundpost.errors import ArchiveError

pytest.importorskip("distributed", reason="in the extra `cluster`; no device has it")

from dask_threads import threads_cluster

from soundpost.archive.execute.cluster.executor import connect
from soundpost.archive.execute.cluster.state import ClusterState

UNUSED_PORT = "tcp://127.0.0.1:1"


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has its address, and names the program to start."""
    monkeypatch.setattr("soundpost.archive.execute.cluster.executor.CONNECT_SECONDS", 0.2)
    with (
        pytest.raises(ArchiveError, match=r"tcp://127\.0\.0\.1:1 cannot be reached") as raised,
        connect(UNUSED_PORT),
    ):
        pass
    assert "dask scheduler" in raised.value.hint


def test_a_cluster_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint is the command that starts them."""
    monkeypatch.setattr("soundpost.archive.execute.cluster.state.WORKERS_SECONDS", 0.1)
    with threads_cluster(workers=0) as client:
        with pytest.raises(ArchiveError, match="has no workers") as raised:
            ClusterState(client).verify()
        assert "dask worker " in raised.value.hint


def test_another_version_on_a_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the machine and both versions."""
    with threads_cluster() as client:
        state = ClusterState(client)
        state.verify()
        monkeypatch.setattr("soundpost.archive.execute.cluster.state.__version__", "9.9")
        with pytest.raises(ArchiveError, match=r"has another Soundpost .*: expected 9.9, got 0"):
            state.verify()


def test_threads_that_bring_nothing_are_named(caplog: pytest.LogCaptureFixture) -> None:
    """The default of `dask worker` is one process with many threads."""
    with threads_cluster(threads=3) as client, caplog.at_level(logging.WARNING):
        state = ClusterState(client)
        state.verify()
        assert "up to 3 threads" in caplog.text
        assert state.workers() == 1


def test_a_client_that_was_closed_is_a_lost_scheduler() -> None:
    """The error says that what is done is kept."""
    with threads_cluster() as client:
        state = ClusterState(client)
    with pytest.raises(ArchiveError, match="was lost") as raised:
        state.workers()
    assert "what is done is kept" in raised.value.hint
