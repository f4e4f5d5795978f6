"""Fixtures and settings of all tests."""

import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = [
    "mosquitto",  # first, because others import it, and its asserts are rewritten by then
    "birdnet",
    "browser",
    "certificates",
    "fifo",
    "full_disk",
    "notify_parts",
    "notify_process",
    "passed_tests",
    "rtsp_server",
    "shared_folders",
    "smtp_receiver",
    "sound_card",
    "web_page",
    "wide_card",
]

ROOT = Path(__file__).resolve().parent.parent

# A slow machine is not a failure, and a failure prints the code to repeat it.
settings.register_profile("soundpost", deadline=None, print_blob=True)
settings.load_profile("soundpost")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--no-skips`, for checks that `make` runs alone: a skipped one would check nothing."""
    parser.addoption("--no-skips", action="store_true", help="a skipped test has failed")


def pytest_configure() -> None:
    """Makes programs that tests start take Ctrl-C also in a run in the background of a script.

    A shell starts such a run with Ctrl-C ignored, which each of its programs inherits and obeys.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Reports a skipped test as failed, with its reason, if `--no-skips` is set."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _forbid_skips(item.config, report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Reports a file that skips at import as failed, if `--no-skips` is set."""
    report = yield
    _forbid_skips(collector.config, report)
    return report


def _forbid_skips(config: pytest.Config, report: pytest.TestReport | pytest.CollectReport) -> None:
    if config.getoption("--no-skips") and report.skipped:
        report.longrepr = f"skipped under --no-skips: {report.longreprtext}"
        report.outcome = "failed"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real audio and a real model; README describes its contents."""
    folder = Path(os.environ.get("SOUNDPOST_DATA", ROOT.parent / "shared" / "data"))
    if (folder / "esc50" / "esc50.csv").is_file():
        return folder
    reason = f"no ESC-50 under {folder}; set SOUNDPOST_DATA to the folder that has esc50/"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
