"""The options by which `make test` runs a test once that passed on the wheel."""

import os
import subprocess
import sys
from pathlib import Path

SUPPORT = Path(__file__).resolve().parents[1] / "support"
CONTENT = """
import os, pytest
@pytest.mark.parametrize("text", ["a", "[b] \\n"])
def test_passed(text): ...
def test_skipped_at_first():
    if "SECOND" not in os.environ: pytest.skip("no library")
@pytest.fixture
def fails_at_the_end():
    yield
    assert "SECOND" in os.environ
def test_with_it(fails_at_the_end): ...
def test_failed(): assert "SECOND" in os.environ
"""


def run(folder: Path, *options: str, **environment: str) -> str:
    """Runs pytest with the plugin, and returns its output."""
    (folder / "test_it.py").write_text(CONTENT, encoding="utf-8")
    path = os.pathsep.join([str(SUPPORT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "passed_tests"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-v", *options, str(folder)],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout + done.stderr


def test_the_second_run_has_all_tests_but_those_that_passed(tmp_path: Path) -> None:
    """Those that were skipped or failed, in the test or after it, run again."""
    file = tmp_path / "passed.json"
    first = run(tmp_path, "-n2", "--record-passed", str(file))
    assert "3 passed, 1 skipped, 1 error" in first.replace("1 failed, ", "")
    second = run(tmp_path, "--without-passed", str(file), SECOND="yes")
    assert "3 passed" in second
    assert "test_passed" not in second
    assert all(name in second for name in ("test_skipped", "test_with_it", "test_failed"))


def test_a_missing_file_of_passed_tests_is_an_error(tmp_path: Path) -> None:
    """Nothing is left out by mistake."""
    output = run(tmp_path, "--without-passed", str(tmp_path / "none.json"))
    assert "none.json" in output
    assert "passed" not in output.splitlines()[-1].replace("--without-passed", "")


def test_without_the_options_all_tests_run(tmp_path: Path) -> None:
    """A developer's own run is complete."""
    output = run(tmp_path, SECOND="yes")
    assert "5 passed" in output


def test_a_damaged_file_of_passed_tests_is_an_error(tmp_path: Path) -> None:
    """The run ends; it does not run less than it should."""
    file = tmp_path / "passed.json"
    file.write_text('["tests/', encoding="utf-8")
    assert "JSONDecodeError" in run(tmp_path, "--without-passed", str(file))
