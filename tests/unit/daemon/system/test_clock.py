"""Whether the wall clock can be believed."""

import ctypes
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from soundpost.system import clock
from soundpost.system.clock import WallClock, clock_state


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


class Machine:
    """A machine whose clocks are the test's.

    Args:
        stamp: Where systemd-timesyncd leaves its stamp.
    """

    def __init__(self, stamp: Path) -> None:
        self.wall_ns = 1_795_246_281 * 10**9
        self.steady_ns = 5_000 * 10**9
        self._stamp = stamp
        self.clock = WallClock(wall_ns=lambda: self.wall_ns, steady_ns=lambda: self.steady_ns)

    def let_pass(self, seconds: float, slewed_ppm: float = 0.0) -> None:
        """Time goes by."""
        self.steady_ns += round(seconds * 1e9)
        self.wall_ns += round(seconds * 1e9 * (1 + slewed_ppm / 1e6))

    def step(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        self.wall_ns += round(seconds * 1e9)

    def sync(self) -> None:
        """systemd-timesyncd has synced the clock."""
        self._stamp.touch()
        os.utime(self._stamp, ns=(self.wall_ns, self.wall_ns))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    """A machine whose kernel says `synced`."""
    monkeypatch.setattr(ctypes, "CDLL", kernel(0))
    monkeypatch.setattr(clock, "TIMESYNCD_STAMP", tmp_path / "synchronized")
    return Machine(tmp_path / "synchronized")


HOUR = 3_600.0
YEAR = 365 * 24 * HOUR
STEPS = [HOUR, -HOUR, 10 * YEAR, -10 * YEAR, 1.5, -1.5]


@pytest.mark.parametrize("step_seconds", STEPS)
def test_a_clock_that_was_just_set_is_not_believed(machine: Machine, step_seconds: float) -> None:
    """A minute later the kernel's word counts again."""
    machine.let_pass(30.0)
    assert machine.clock() == "synced"
    machine.step(step_seconds)
    machine.let_pass(0.1)
    assert machine.clock() == "untrusted"
    machine.let_pass(59.0)
    assert machine.clock() == "untrusted"
    machine.let_pass(1.0)
    assert machine.clock() == "synced"


@pytest.mark.parametrize("slewed_ppm", [0.0, 500.0, -500.0])
def test_a_clock_that_is_put_right_gently_stays_believed(
    machine: Machine, slewed_ppm: float
) -> None:
    """As NTP does it, however rarely anybody asks; and a machine that slept was not set."""
    for seconds in (1.0, 60.0, HOUR, 24 * HOUR):
        machine.let_pass(seconds, slewed_ppm)
        assert machine.clock() == "synced"


@pytest.mark.parametrize("step_seconds", STEPS)
def test_an_old_stamp_says_nothing_of_a_clock_that_was_set_since(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, step_seconds: float
) -> None:
    """Where only systemd-timesyncd can tell, it must have synced the clock since then."""
    monkeypatch.setattr(ctypes, "CDLL", kernel(-1))
    machine.sync()
    machine.let_pass(100.0)
    assert machine.clock() == "synced"
    machine.step(step_seconds)
    for _ in range(1_000):
        machine.let_pass(30.0)
        assert machine.clock() == "untrusted"
    machine.sync()
    assert machine.clock() == "synced"


def test_a_clock_that_timesyncd_sets_is_believed_at_once(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first sync after a boot without a battery is a step of years, and the truth."""
    monkeypatch.setattr(ctypes, "CDLL", kernel(-1))
    machine.let_pass(30.0)
    assert machine.clock() == "untrusted"
    machine.step(10 * YEAR)
    machine.sync()
    machine.let_pass(5.0)
    assert machine.clock() == "synced"
