"""The state of the wall clock."""

import ctypes
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from soundpost.system import clock
from soundpost.system.clock import WallClock, clock_state


def kernel(answer: int) -> Callable[..., object]:
    """Returns a C library whose adjtimex returns `answer`."""

    class Library:
        @staticmethod
        def adjtimex(_timex: object) -> int:
            return answer

    return lambda *_args, **_kwargs: Library


def test_the_clock_of_this_machine_has_a_state() -> None:
    """The real kernel gives it."""
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
def test_the_state_is_that_of_the_kernel(
    monkeypatch: pytest.MonkeyPatch, answer: int, state: str
) -> None:
    """Every state of adjtimex(2) but TIME_ERROR is synced."""
    monkeypatch.setattr(ctypes, "CDLL", kernel(answer))
    assert clock_state() == state


@pytest.mark.parametrize(("has_synced", "state"), [(True, "synced"), (False, "untrusted")])
def test_where_adjtimex_is_not_permitted_the_stamp_of_timesyncd_decides(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    has_synced: bool,  # noqa: FBT001 - a parameter of the case
    state: str,
) -> None:
    """Under ProtectClock= systemd-timesyncd's stamp is the only source."""
    stamp = tmp_path / "synchronized"
    if has_synced:
        stamp.touch()
    monkeypatch.setattr(ctypes, "CDLL", kernel(-1))
    monkeypatch.setattr(clock, "TIMESYNCD_STAMP", stamp)
    assert clock_state() == state


def test_a_machine_without_adjtimex_is_untrusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The C library may lack it, or not load."""
    monkeypatch.setattr(ctypes, "CDLL", lambda *_args, **_kwargs: object())
    assert clock_state() == "untrusted"

    def fail(*_args: object, **_kwargs: object) -> object:
        raise OSError(errno.ENOENT, "no such library")

    monkeypatch.setattr(ctypes, "CDLL", fail)
    assert clock_state() == "untrusted"


class Machine:
    """A machine whose clocks a test sets.

    Args:
        stamp: The stamp file of systemd-timesyncd.
    """

    def __init__(self, stamp: Path) -> None:
        self.wall_ns = 1_795_246_281 * 10**9
        self.steady_ns = 5_000 * 10**9
        self._stamp = stamp
        self.clock = WallClock(wall_ns=lambda: self.wall_ns, steady_ns=lambda: self.steady_ns)

    def advance(self, seconds: float, slewed_ppm: float = 0.0) -> None:
        """Advances both clocks."""
        self.steady_ns += round(seconds * 1e9)
        self.wall_ns += round(seconds * 1e9 * (1 + slewed_ppm / 1e6))

    def step(self, seconds: float) -> None:
        """Sets the wall clock."""
        self.wall_ns += round(seconds * 1e9)

    def sync(self) -> None:
        """Syncs the clock as systemd-timesyncd does."""
        self._stamp.touch()
        os.utime(self._stamp, ns=(self.wall_ns, self.wall_ns))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    """Provides a machine whose kernel reports a synced clock."""
    monkeypatch.setattr(ctypes, "CDLL", kernel(0))
    monkeypatch.setattr(clock, "TIMESYNCD_STAMP", tmp_path / "synchronized")
    return Machine(tmp_path / "synchronized")


HOUR = 3_600.0
YEAR = 365 * 24 * HOUR
STEPS = [HOUR, -HOUR, 10 * YEAR, -10 * YEAR, 1.5, -1.5]


@pytest.mark.parametrize("step_seconds", STEPS)
def test_a_clock_that_was_just_set_is_untrusted(machine: Machine, step_seconds: float) -> None:
    """A minute later the state of the kernel counts again."""
    machine.advance(30.0)
    assert machine.clock() == "synced"
    machine.step(step_seconds)
    machine.advance(0.1)
    assert machine.clock() == "untrusted"
    machine.advance(59.0)
    assert machine.clock() == "untrusted"
    machine.advance(1.0)
    assert machine.clock() == "synced"


@pytest.mark.parametrize("slewed_ppm", [0.0, 500.0, -500.0])
def test_a_clock_that_is_slewed_stays_synced(machine: Machine, slewed_ppm: float) -> None:
    """NTP slews it, at any interval between checks; a machine that slept was not set."""
    for seconds in (1.0, 60.0, HOUR, 24 * HOUR):
        machine.advance(seconds, slewed_ppm)
        assert machine.clock() == "synced"


@pytest.mark.parametrize("step_seconds", STEPS)
def test_an_old_stamp_does_not_count_after_the_clock_was_set(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, step_seconds: float
) -> None:
    """Without adjtimex(2), systemd-timesyncd must have synced the clock since then."""
    monkeypatch.setattr(ctypes, "CDLL", kernel(-1))
    machine.sync()
    machine.advance(100.0)
    assert machine.clock() == "synced"
    machine.step(step_seconds)
    for _ in range(1_000):
        machine.advance(30.0)
        assert machine.clock() == "untrusted"
    machine.sync()
    assert machine.clock() == "synced"


def test_a_clock_that_timesyncd_sets_is_synced_at_once(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first sync after a boot without a battery is a step of years, and right."""
    monkeypatch.setattr(ctypes, "CDLL", kernel(-1))
    machine.advance(30.0)
    assert machine.clock() == "untrusted"
    machine.step(10 * YEAR)
    machine.sync()
    machine.advance(5.0)
    assert machine.clock() == "synced"
