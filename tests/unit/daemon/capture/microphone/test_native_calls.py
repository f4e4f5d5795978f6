"""Calls into PortAudio that may never return."""

import os
import sys
from collections.abc import Iterator
from threading import Event

import pytest

from soundpost.capture.microphone.native_calls import NativeCall, call_with_timeout
from soundpost.errors import CaptureError

LONG_SECONDS = 60.0
"""Never waited for, unless something is broken."""


@pytest.fixture
def thawed() -> Iterator[Event]:
    """Provides an event that a frozen server waits for; set when the test is over."""
    event = Event()
    yield event
    event.set()


def test_the_result_of_a_call_is_returned() -> None:
    """A call that returns is as good as a direct one."""
    assert call_with_timeout(lambda: 42, LONG_SECONDS) == 42


def test_the_error_of_a_call_is_raised() -> None:
    """An error in the call's thread is raised in the caller's thread."""

    def refuse() -> None:
        raise CaptureError("no microphone", hint="plug it in")

    with pytest.raises(CaptureError, match="no microphone"):
        call_with_timeout(refuse, LONG_SECONDS)


def test_a_call_that_hangs_is_abandoned(thawed: Event) -> None:
    """A hanging call ends with an error that gives the time-out."""
    with pytest.raises(CaptureError, match=r"did not answer for 0\.2 s"):
        call_with_timeout(thawed.wait, 0.2)


def test_a_stop_ends_the_waiting(thawed: Event) -> None:
    """SIGTERM ends the waiting for a call that hangs."""
    assert not NativeCall(thawed.wait).run(LONG_SECONDS, lambda: True)


def test_stderr_is_restored_after_a_call_that_hangs(
    thawed: Event, capfd: pytest.CaptureFixture[str]
) -> None:
    """A hanging call does not block stderr; probing messages are dropped, and nothing else is."""
    printed = Event()

    def hang() -> None:
        os.write(2, b"ALSA lib conf.c:1: nothing there\n\nmelted\n")
        printed.set()
        thawed.wait()

    NativeCall(hang).run(LONG_SECONDS, printed.is_set)
    sys.stderr.write("still here\n")
    assert capfd.readouterr().err == "melted\nstill here\n"
