"""Calls into PortAudio that may never come back."""

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
    """Until it is set a frozen server stays frozen; set when the test is over."""
    event = Event()
    yield event
    event.set()


def test_what_the_call_gives_is_given() -> None:
    """A call that returns is as good as made directly."""
    assert call_with_timeout(lambda: 42) == 42


def test_what_the_call_raises_is_raised() -> None:
    """Its error arrives in the thread that asked."""

    def refuse() -> None:
        raise CaptureError("no microphone", hint="plug it in")

    with pytest.raises(CaptureError, match="no microphone"):
        call_with_timeout(refuse)


def test_a_call_that_hangs_is_left_behind(thawed: Event) -> None:
    """It ends with an error that says for how long nothing came."""
    with pytest.raises(CaptureError, match=r"did not answer for 0\.2 s"):
        call_with_timeout(thawed.wait, 0.2)


def test_who_asks_to_stop_need_not_wait(thawed: Event) -> None:
    """SIGTERM ends the waiting for a call that hangs."""
    assert not NativeCall(thawed.wait).make(LONG_SECONDS, lambda: True)


def test_stderr_is_whole_again_after_a_call_that_hangs(
    thawed: Event, capfd: pytest.CaptureFixture[str]
) -> None:
    """What hangs may not take the log with it; chatter is dropped, and nothing else is."""

    def hang() -> None:
        os.write(2, b"ALSA lib conf.c:1: nothing there\n\nmelted\n")
        thawed.wait()

    NativeCall(hang).make(0.2)
    sys.stderr.write("still here\n")
    assert capfd.readouterr().err == "melted\nstill here\n"
