"""Whether the wall clock can be believed."""

import ctypes
import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from soundpost import clock
from soundpost.clock import clock_state


def kernel(answer: int) -> Callable[..., object]:
    """A C library whose adjtimex gives `answer`."""

    class Library:
        @staticmethod
        def adjtimex(_timex: object) -> int:
            return answer

    return lambda *_args, **_kwargs: Library


def test_this_machine_s_clock_is_judged() -> None:
    """The real kernel answers, whatever it answers."""
    assert clock_state() in {"synced", "untrusted"}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (0, "synced"),  # TIME_OK
        (1, "synced"),  # TIME_INS: a leap second is announced
        (4, "synced"),  # TIME_WAIT
        (5, "untrusted"),  # TIME_ERROR: no reference
    ],
)
def test_the_kernel_s_answer_decides(
    monkeypatch: pytest.MonkeyPatch, answer: int, state: str
) -> None:
    """Every state of adjtimex(2) but TIME_ERROR is to be believed."""
    monkeypatch.setattr(ctypes, "CDLL", kernel(answer))
    assert clock_state() == state


@pytest.mark.parametrize(("has_synced", "state"), [(True, "synced"), (False, "untrusted")])
def test_where_the_kernel_refuses_to_answer_timesyncd_does(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    has_synced: bool,  # noqa: FBT001 - a parameter of the case
    state: str,
) -> None:
    """A service under ProtectClock= believes the stamp that systemd-timesyncd leaves."""
    stamp = tmp_path / "synchronized"
    if has_synced:
        stamp.touch()
    monkeypatch.setattr(ctypes, "CDLL", kernel(-1))
    monkeypatch.setattr(clock, "TIMESYNCD_STAMP", stamp)
    assert clock_state() == state


def test_a_machine_that_cannot_say_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A C library without adjtimex, or none to be loaded, gives no trust."""
    monkeypatch.setattr(ctypes, "CDLL", lambda *_args, **_kwargs: object())
    assert clock_state() == "untrusted"

    def fail(*_args: object, **_kwargs: object) -> object:
        raise OSError(errno.ENOENT, "no such library")

    monkeypatch.setattr(ctypes, "CDLL", fail)
    assert clock_state() == "untrusted"
