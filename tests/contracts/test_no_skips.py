"""The option `--no-skips` of pytest, with which `make` runs single checks: a skip fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
SKIPS = {
    "in the test": 'import pytest\ndef test_it(): pytest.skip("no program")\n',
    "by a mark": 'import pytest\n@pytest.mark.skip("no program")\ndef test_it(): ...\n',
    "at import": 'import pytest\npytest.skip("no program", allow_module_level=True)\n',
}


def run(folder: Path, content: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Runs pytest on one file, with the options and fixtures of tests/conftest.py."""
    (folder / "test_it.py").write_text(content, encoding="utf-8")
    found = os.pathsep.join([str(TESTS), str(TESTS / "support"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "conftest", *options, str(folder)],
        env={**os.environ, "PYTHONPATH": found},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("content", SKIPS.values(), ids=SKIPS)
def test_a_skip_fails_with_its_reason(tmp_path: Path, content: str) -> None:
    """This holds for a skip in the test, by a mark and at import."""
    done = run(tmp_path, content, "--no-skips")
    assert done.returncode in {1, 2}, done.stdout + done.stderr
    assert "no program" in done.stdout
    assert "skipped under --no-skips" in done.stdout


def test_passed_tests_and_expected_failures_are_not_changed(tmp_path: Path) -> None:
    """Only skips are forbidden."""
    content = (
        "import pytest\ndef test_it(): ...\n@pytest.mark.xfail\ndef test_wrong(): assert False\n"
    )
    done = run(tmp_path, content, "--no-skips")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed, 1 xfailed" in done.stdout


def test_without_the_option_a_skip_is_reported_as_skipped(tmp_path: Path) -> None:
    """`make test` skips tests whose recordings are missing."""
    done = run(tmp_path, SKIPS["in the test"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 skipped" in done.stdout
