"""`soundpost analyze` on a Dask cluster of real processes: the tables, and what is killed."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from analyze_process import analyze_archive, command, parts, running, wait_until
from daemon_process import SOUNDPOST, soundpost
from dask_cluster import DaskCluster, has_open
from long_recording import write_long
from mqtt_subscriber import PATIENCE_SECONDS
from sample_archive import recordings, tables, write_archive, write_sound

FILES = 12
DAY_SECONDS = 24 * 3_600

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """Provides a cluster of two workers."""
    with DaskCluster(tmp_path_factory.mktemp("dask"), workers=2) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides an archive, a configuration of two models, and the tables of one process."""
    folder = tmp_path_factory.mktemp("archive")
    analyze_archive(folder, FILES)
    return folder


@pytest.fixture
def start(cluster: DaskCluster) -> Iterator[Start]:
    """Provides a function that starts a run on the cluster, or on that of an address."""
    with ExitStack() as runs:

        def start(
            card: Path, out: Path, config: Path, address: str = cluster.address
        ) -> "subprocess.Popen[str]":
            line = command(card, out, config, "--cluster", address)
            return runs.enter_context(running(line))

        yield start


def test_tables_are_those_of_one_process(
    folder: Path, tmp_path: Path, cluster: DaskCluster
) -> None:
    """To the byte; paths relative to the folder of the run are found by the workers, too."""
    line = command(Path("card"), tmp_path, Path("low-high.toml"), "--cluster", cluster.address)
    done = subprocess.run(
        [str(SOUNDPOST), *line],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert tables(tmp_path) == tables(folder / "results")


def test_killed_workers_lose_nothing(
    folder: Path, tmp_path: Path, cluster: DaskCluster, start: Start
) -> None:
    """Their batches go to others; the tables are the same to the byte."""
    run = start(folder / "card", tmp_path, folder / "low-high.toml")
    card = list((folder / "card").rglob("*.WAV"))
    for _ in range(2):
        wait_until(lambda: any(has_open(pid, file) for pid in cluster.workers() for file in card))
        for pid in cluster.workers():
            os.kill(pid, signal.SIGKILL)
    output, errors = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode == 0, output + errors
    assert tables(tmp_path) == tables(folder / "results")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_end_of_a_run_frees_the_cluster(
    folder: Path,
    tmp_path: Path,
    cluster: DaskCluster,
    start: Start,
    number: signal.Signals,
) -> None:
    """By Ctrl-C or by a kill: workers leave a file of a day, which takes minutes to read."""
    config = folder / "low-high.toml"
    card = tmp_path / "card"
    write_archive(card, FILES)
    write_long(card / "a/long.wav", DAY_SECONDS, [], DAY_SECONDS)
    run = start(card, tmp_path / "out", config)
    wait_until(lambda: any(has_open(pid, card / "a/long.wav") for pid in cluster.workers()))
    os.killpg(run.pid, number)
    _, errors = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode == (128 + number if number == signal.SIGINT else -number)
    assert "Traceback" not in errors
    wait_until(lambda: not any(has_open(pid, card / "a/long.wav") for pid in cluster.workers()))
    (card / "a/long.wav").unlink()
    run = start(card, tmp_path / "out", config)
    output, errors = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode == 0, output + errors


@pytest.mark.slow
def test_a_file_that_kills_each_worker_is_left_out(
    folder: Path, tmp_path: Path, cluster: DaskCluster, start: Start
) -> None:
    """It is named; the files beside it have their rows."""
    card, out = tmp_path / "card", tmp_path / "out"
    write_archive(card, FILES)
    killer = card / "b/killer.wav"
    write_sound(killer, seed=5, seconds=900.0)
    run = start(card, out, folder / "low-high.toml")
    kills = 0
    over = threading.Event()

    def kill() -> None:
        nonlocal kills
        while not over.wait(0.01):
            for pid in cluster.workers():
                if has_open(pid, killer):
                    os.kill(pid, signal.SIGSEGV)
                    kills += 1
                    wait_until(lambda: not Path(f"/proc/{pid}/fd/0").exists())  # noqa: B023 - called within the round

    killing = threading.Thread(target=kill)
    killing.start()
    try:
        output, errors = run.communicate(timeout=4 * PATIENCE_SECONDS)
    finally:
        over.set()
        killing.join()
    assert run.returncode == 1, errors
    assert "b/killer.wav: 4 workers were killed while they had it" in output
    assert [row["file"] for row in recordings(out) if row["failure"]] == ["b/killer.wav"]
    assert len(recordings(out)) == FILES + 1
    assert kills >= 8


@pytest.mark.slow
def test_a_scheduler_that_restarts_ends_the_run_and_the_next_goes_on(
    folder: Path, tmp_path: Path, start: Start
) -> None:
    """The error says what to do; what was done is not done again."""
    write_archive(tmp_path / "card", 40)
    config = folder / "low-high.toml"
    with DaskCluster(tmp_path / "dask", workers=1) as cluster:
        run = start(tmp_path / "card", tmp_path / "out", config, cluster.address)
        wait_until(lambda: parts(tmp_path / "out"))
        cluster.stop()
        cluster.start()
        _, errors = run.communicate(timeout=PATIENCE_SECONDS)
        assert run.returncode == 1
        assert f"the scheduler {cluster.address} was lost\n  hint: " in errors
        assert "Traceback" not in errors
        done = {part: part.stat().st_mtime_ns for part in parts(tmp_path / "out")}
        run = start(tmp_path / "card", tmp_path / "out", config, cluster.address)
        output, errors = run.communicate(timeout=PATIENCE_SECONDS)
        assert run.returncode == 0, output + errors
        assert {part: part.stat().st_mtime_ns for part in done} == done
    local = soundpost(*command(tmp_path / "card", tmp_path / "local", config, "--workers", "1"))
    assert local.returncode == 0, local.stderr
    assert tables(tmp_path / "out") == tables(tmp_path / "local")
