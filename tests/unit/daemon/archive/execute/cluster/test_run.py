"""A run on a cluster that a Python program has connected to already."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sample_archive import write_sound

from soundpost.archive.execute.executor import Executor
from soundpost.archive.execute.messages import Analyzed, LeftOut, Position
from soundpost.archive.execute.pool import WorkerPool
from soundpost.archive.files import ArchiveFile, archive_files
from soundpost.archive.settings import AnalysisSettings
from soundpost.errors import ArchiveError

pytest.importorskip("distributed", reason="in the extra `cluster`; no device has it")

from dask_threads import threads_cluster

from soundpost.archive.execute.cluster.executor import ClusterExecutor


@pytest.fixture(scope="module")
def executor() -> Iterator[ClusterExecutor]:
    """Provides the executor of a cluster of two threads."""
    with threads_cluster(workers=2) as client:
        yield ClusterExecutor(client)


def card(folder: Path) -> list[ArchiveFile]:
    """Writes recordings of which one is broken, and returns them."""
    for number in range(4):
        write_sound(folder / f"{number}.wav", number, seconds=2.0)
    (folder / "2.wav").write_bytes(b"RIFF")
    return archive_files([folder], sorted(folder.iterdir()))


def results(
    executor: Executor, settings: AnalysisSettings, files: list[ArchiveFile]
) -> dict[str, Analyzed | LeftOut]:
    """Returns the result of each file, by its name."""
    found: dict[str, Analyzed | LeftOut] = {}
    for file, message in executor.run(settings, files):
        if not isinstance(message, Position):
            assert file.name not in found
            found[file.name] = message
    return found


def test_results_are_those_of_processes(
    executor: ClusterExecutor, settings: AnalysisSettings, tmp_path: Path
) -> None:
    """Each file has one; the reason of a broken one is the same."""
    files = card(tmp_path)
    found = results(executor, settings, files)
    assert found == results(WorkerPool(1), settings, files)
    assert [name for name in found if isinstance(found[name], LeftOut)] == ["2.wav"]


def test_no_files_need_no_cluster(executor: ClusterExecutor, settings: AnalysisSettings) -> None:
    """A run that is complete does not wait for workers."""
    assert results(executor, settings, []) == {}


def test_positions_come_while_a_file_is_read(
    executor: ClusterExecutor,
    settings: AnalysisSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They grow, and end with the result."""
    monkeypatch.setattr("soundpost.archive.execute.cluster.task.CANCEL_SECONDS", 0.01)
    monkeypatch.setattr("soundpost.archive.execute.cluster.task.POSITION_SECONDS", 0.01)
    write_sound(tmp_path / "0.wav", 0, seconds=60.0)
    files = archive_files([tmp_path], [tmp_path / "0.wav"])
    messages = [message for _, message in executor.run(settings, files)]
    positions = [message.seconds for message in messages if isinstance(message, Position)]
    assert positions
    assert positions == sorted(positions)
    assert isinstance(messages[-1], Analyzed)


def test_a_file_that_is_gone_is_left_out(
    executor: ClusterExecutor, settings: AnalysisSettings, tmp_path: Path
) -> None:
    """For the reason that a process gives."""
    files = card(tmp_path)
    (tmp_path / "1.wav").unlink()
    found = results(executor, settings, files)
    gone = found["1.wav"]
    assert isinstance(gone, LeftOut)
    assert gone.reason == "cannot be read: No such file or directory"
    assert len(found) == len(files)


def test_a_file_that_only_this_machine_sees_ends_the_run(
    executor: ClusterExecutor,
    settings: AnalysisSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The folder is not mounted on the worker: all its files would be left out."""
    files = card(tmp_path)
    monkeypatch.setattr(
        "soundpost.archive.execute.cluster.task.sight_problem", lambda _file: "No such file"
    )
    with pytest.raises(ArchiveError, match=r"does not see .*wav as this machine does: No such fi"):
        results(executor, settings, files)


def test_a_bug_leaves_files_out_with_its_name(
    executor: ClusterExecutor,
    settings: AnalysisSettings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each is tried twice, the second time alone; the traceback is in the log."""
    files = card(tmp_path)[:1]
    found = results(executor, replace(settings, rules=[[]]), files)
    bug = found["0.wav"]
    assert isinstance(bug, LeftOut)
    assert bug.reason.startswith("the worker that read it failed: ")
    assert "Traceback" in caplog.text
