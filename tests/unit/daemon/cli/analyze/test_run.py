"""`soundpost analyze` as a real process: kills again and again, shards, and a missing extra."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from analyze_process import analyze_archive, children, command, wait_until
from daemon_process import SOUNDPOST, soundpost
from mqtt_subscriber import PATIENCE_SECONDS
from sample_archive import tables, write_archive

from soundpost.errors import EX_CONFIG

FILES = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides an archive of short recordings, a configuration of two models, and its tables."""
    folder = tmp_path_factory.mktemp("archive")
    analyze_archive(folder, FILES)
    return folder


def test_a_cluster_needs_an_extra(folder: Path, tmp_path: Path) -> None:
    """The error names it, before anything is read or written."""
    (tmp_path / "distributed.py").write_text("raise ImportError('it is not installed')\n")
    line = command(folder / "card", tmp_path / "out", folder / "low-high.toml")
    done = subprocess.run(
        [str(SOUNDPOST), *line, "--cluster", "tcp://127.0.0.1:1"],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == EX_CONFIG
    assert "distributed, which reaches a cluster, cannot be imported" in done.stderr
    assert "pip install 'soundpost[cluster]'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_shards_run_beside_each_other(folder: Path, tmp_path: Path) -> None:
    """In one folder; the command without a shard then writes the tables of one run."""
    line = command(folder / "card", tmp_path, folder / "low-high.toml", "--workers", "1")
    shards = [
        subprocess.Popen(
            [str(SOUNDPOST), *line, "--shard", f"{number}/2"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in (1, 2)
    ]
    for number, shard in enumerate(shards, 1):
        output, errors = shard.communicate(timeout=PATIENCE_SECONDS)
        assert shard.returncode == 0, errors
        last = f"shard {number}/2 of {tmp_path}: a run without --shard writes the tables"
        assert output.splitlines()[-1] == last
    assert not (tmp_path / "detections.jsonl").exists()
    done = soundpost(*line)
    assert f"{FILES} files were done before, 0 are to be analyzed" in done.stderr
    assert tables(tmp_path) == tables(folder / "results")


@pytest.mark.slow
@pytest.mark.timeout(900)  # some 60 s on two idle cores
def test_tables_are_the_same_after_twenty_kills(folder: Path, tmp_path: Path) -> None:
    """Whatever a run of 7 workers does when it is killed with -9, with or without its workers."""
    card, config = tmp_path / "card", folder / "low-high.toml"
    write_archive(card, 120)
    line = [str(SOUNDPOST), *command(card, tmp_path / "out", config), "--workers", "7"]
    for kill in range(20):
        run = subprocess.Popen(line, stderr=subprocess.PIPE, text=True, start_new_session=True)
        wait_until(lambda: children(run))  # noqa: B023 - called within the round
        time.sleep(0.3 * (kill % 10))
        with suppress(ProcessLookupError):
            if kill % 2:
                os.killpg(run.pid, signal.SIGKILL)
            else:
                run.kill()
        run.communicate(timeout=PATIENCE_SECONDS)
    done = soundpost(*line[1:])
    assert done.returncode == 0, done.stderr
    assert soundpost(*command(card, tmp_path / "once", config, "--workers", "2")).returncode == 0
    assert tables(tmp_path / "out") == tables(tmp_path / "once")
