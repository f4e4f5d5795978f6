"""A failure has one line in the log, its end another."""

import logging

import pytest

from soundpost.system.journal import PrintableFormatter
from soundpost.system.log_once import LogOnce


@pytest.fixture
def failure(caplog: pytest.LogCaptureFixture) -> LogOnce:
    """Provides a failure that is logged by the test's own logger."""
    caplog.set_level(logging.DEBUG, "soundpost.test")
    return LogOnce(logging.getLogger("soundpost.test"), logging.ERROR)


def test_a_repeated_failure_has_one_line(
    failure: LogOnce, caplog: pytest.LogCaptureFixture
) -> None:
    """The same line is logged once, at the given level."""
    assert [failure.fail("no %s", "disk") for _ in range(3)] == [True, False, False]
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "no disk")
    ]
    assert failure.is_failing


def test_a_failure_that_changes_is_logged_again(
    failure: LogOnce, caplog: pytest.LogCaptureFixture
) -> None:
    """Another line is another failure."""
    for reason in ("full", "full", "read-only"):
        failure.fail("disk %s", reason)
    assert [record.getMessage() for record in caplog.records] == ["disk full", "disk read-only"]


def test_a_failure_that_names_another_file_each_time_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Until it has ended."""
    failure = LogOnce(logging.getLogger("soundpost.test"), on_change=False)
    for number in range(3):
        failure.fail("cannot write %d", number)
    failure.recover()
    failure.fail("cannot write %d", 3)
    assert caplog.messages == ["cannot write 0", "cannot write 3"]


def test_a_recovery_is_logged_once_and_only_after_a_failure(
    failure: LogOnce, caplog: pytest.LogCaptureFixture
) -> None:
    """A success without a failure before it logs nothing."""
    assert not failure.recover("fine")
    failure.fail("bad")
    assert failure.recover("fine again")
    assert not failure.recover("fine again")
    assert [record.getMessage() for record in caplog.records] == ["bad", "fine again"]


def test_a_percent_sign_in_a_line_is_text(
    failure: LogOnce, caplog: pytest.LogCaptureFixture
) -> None:
    """A message without values is not a format."""
    failure.fail("disk 100 % full")
    assert caplog.messages == ["disk 100 % full"]


def test_line_breaks_of_the_format_stay_and_those_of_values_do_not(
    failure: LogOnce, caplog: pytest.LogCaptureFixture
) -> None:
    """A hint has a line of its own; a value cannot forge one."""
    failure.fail("%s\n  hint: %s", "no\ndisk", "mount it")
    formatted = PrintableFormatter().format(caplog.records[0])
    assert formatted == r"no\ndisk" + "\n  hint: mount it"
