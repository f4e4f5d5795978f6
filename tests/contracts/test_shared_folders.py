"""The folders of shared fixtures are removed when these end, so that a run needs little disk."""

import os
import subprocess
import sys
from pathlib import Path

SUPPORT = Path(__file__).resolve().parents[1] / "support"
FIRST = """
import os, pytest
@pytest.fixture(scope="session")
def of_all(tmp_path_factory):
    return tmp_path_factory.mktemp("all")
@pytest.fixture(scope="module")
def below(tmp_path_factory):
    folder = tmp_path_factory.mktemp("below")
    yield folder
    (folder / "written at the end").touch()
@pytest.fixture(scope="module")
def shared(below, of_all, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shared")
    (folder / "file").touch()
    return folder
def test_one(shared): assert (shared / "file").exists()
def test_two(shared, tmp_path):
    (tmp_path / "own").touch()
    assert (shared / "file").exists()
    assert "FAILS" not in os.environ
"""
SECOND = """
def test_three(tmp_path_factory):
    print("left:", *sorted(path.name for path in tmp_path_factory.getbasetemp().iterdir()))
"""


def left_after_a_module(folder: Path, **environment: str) -> set[str]:
    """Returns the folders that are left when the next module runs."""
    (folder / "test_first.py").write_text(FIRST, encoding="utf-8")
    (folder / "test_second.py").write_text(SECOND, encoding="utf-8")
    path = os.pathsep.join([str(SUPPORT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "shared_folders"]
    command += ["-p", "no:cacheprovider", "-o", "tmp_path_retention_policy=failed", "-s"]
    done = subprocess.run(
        [*command, f"--basetemp={folder / 'base'}", str(folder)],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    line = next(line for line in done.stdout.splitlines() if "left:" in line)
    return {name for name in line.partition("left:")[2].split() if not name.endswith("current")}


def test_a_module_leaves_nothing_but_the_folders_of_the_whole_run(tmp_path: Path) -> None:
    """Not even what a fixture writes at its own end."""
    assert left_after_a_module(tmp_path) == {"all0"}


def test_the_folders_of_a_module_with_a_failure_are_kept(tmp_path: Path) -> None:
    """A person looks at them."""
    assert left_after_a_module(tmp_path, FAILS="yes") == {"all0", "below0", "shared0", "test_two0"}
