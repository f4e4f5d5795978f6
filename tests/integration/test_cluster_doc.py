"""The commands of docs/ARCHIVES.md for a cluster and for shards, each run as written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from daemon_process import SOUNDPOST
from mqtt_subscriber import PATIENCE_SECONDS
from sample_archive import TABLES, recordings, tables, write_archive

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "ARCHIVES.md"
FILES = 4


def blocks(heading: str) -> list[str]:
    """Returns the code blocks below a heading, up to the next one of its level."""
    level, _, _ = heading.partition(" ")
    section = DOCUMENT.read_text().partition(f"\n{heading}\n")[2].partition(f"\n{level} ")[0]
    return re.findall(r"```(?:sh|python)\n(.*?)```", section, re.DOTALL)


def run(script: str, folder: Path) -> str:
    """Runs a script of the shell to its end; returns what it printed."""
    done = subprocess.run(
        ["bash", "-c", f"set -e\n{script}"],
        cwd=folder,
        env={**os.environ, "PATH": f"{SOUNDPOST.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides a folder with a card, and the tables of one run in `once`."""
    folder = tmp_path_factory.mktemp("archive")
    write_archive(folder / "card", FILES)
    run("soundpost analyze card --out once", folder)
    return folder


@pytest.mark.slow
def test_a_cluster_of_one_machine(one_run: Path) -> None:
    """By the command line and from Python; the tables are those of one run."""
    install, start, program, *_ = blocks("## On a cluster")
    assert install == "pip install 'soundpost[cluster]'\n"
    (one_run / "program.py").write_text(program)
    script = f"""
trap 'kill $(jobs -p)' EXIT
{start}
mv results first
{sys.executable} program.py
"""
    run(script.replace("&\n", "> /dev/null 2>&1 &\n"), one_run)
    assert tables(one_run / "first") == tables(one_run / "once")
    assert tables(one_run / "results") == tables(one_run / "once")
    assert len(recordings(one_run / "first")) == FILES


@pytest.mark.slow
@pytest.mark.parametrize("block", [0, 1])
def test_shards_become_one(one_run: Path, tmp_path: Path, block: int) -> None:
    """In one folder, and in a folder for each."""
    (tmp_path / "card").symlink_to(one_run / "card")
    output = run(blocks("### Shards")[block], tmp_path)
    assert output.endswith("tables: results\n")
    assert tables(tmp_path / "results") == tables(one_run / "once")
    assert all((tmp_path / "results" / name).exists() for name in TABLES)
