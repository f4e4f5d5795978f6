"""Options `--record-passed` and `--without-passed`: a test that passed on the wheel runs once.

`make test` runs tests/unit/daemon on the built wheel first, in an environment with few libraries.
The second run, on the checkout, leaves out the tests that passed there, and runs those that were
skipped for want of a library.
"""

import json
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the two options."""
    parser.addoption(
        "--record-passed", metavar="FILE", type=Path, help="write the ids of passed tests to FILE"
    )
    parser.addoption(
        "--without-passed", metavar="FILE", type=Path, help="leave out the tests that FILE names"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Records passed tests in the process that gets all reports, and not in those of xdist."""
    file = config.getoption("--record-passed")
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(PassedTests(file))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects the tests that a file of `--record-passed` names."""
    file = config.getoption("--without-passed")
    if not file:
        return
    passed = frozenset(json.loads(file.read_text(encoding="utf-8")))
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in passed])
    items[:] = [item for item in items if item.nodeid not in passed]


class PassedTests:
    """Collects the ids of the tests that pass, and writes them at the end.

    Args:
        file: Gets a JSON array of strings.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ids: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes a report. A test whose fixture fails at the end has not passed."""
        if report.when == "call" and report.passed:
            self._ids.add(report.nodeid)
        elif report.failed:
            self._ids.discard(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Writes the file."""
        self._file.write_text(json.dumps(sorted(self._ids), indent=0), encoding="utf-8")
