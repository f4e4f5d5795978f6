"""What systemd is told, over a real datagram socket as its own."""

import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from soundpost.health import Health, Problem, Status
from soundpost.system.systemd import Notifier
from soundpost.system.watchdog import FEEDS_PER_TIMEOUT, STATUS_SECONDS, StatusLine, Watchdog

RATE_HZ = 16_000
TIMEOUT_SECONDS = 30.0
FEED_SECONDS = TIMEOUT_SECONDS / FEEDS_PER_TIMEOUT
MIC = StatusLine("mic:USB", RATE_HZ)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        """The time that it is now."""
        return self.seconds


class Ear:
    """The socket at which systemd would listen."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)

    def heard(self) -> list[str]:
        """Every assignment since it was asked last, in order."""
        lines = []
        while True:
            try:
                lines += self._socket.recv(4096).decode().split("\n")
            except BlockingIOError:
                return lines

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Both kinds of address that systemd uses."""
    return str(tmp_path / "notify") if request.param == "path" else f"@{secrets.token_hex(8)}"


@pytest.fixture
def ear(address: str) -> Iterator[Ear]:
    """A listener at the address."""
    ear = Ear(address)
    yield ear
    ear.close()


class Bench:
    """A service whose clock and counters a test moves."""

    def __init__(self, address: str | None, watchdog_seconds: float | None) -> None:
        self.clock = Clock()
        self.health = Health()
        manager = Notifier(address, watchdog_seconds)
        self.service = Watchdog(manager, MIC, self.health, monotonic_seconds=self.clock)

    def pass_by(self, seconds: float, *, samples: int, windows: int) -> None:
        """Let time pass, in which so much was counted."""
        self.clock.seconds += seconds
        self.health.samples += samples
        self.health.windows += windows

    def go_on(
        self, *, is_quiet: bool = False, is_connected: bool = True, is_waiting: bool = False
    ) -> None:
        """What the loop does after every chunk."""
        status = Status(is_quiet=is_quiet, is_connected=is_connected, is_waiting=is_waiting)
        self.service.tick(status)


@pytest.fixture
def bench(address: str, ear: Ear) -> Bench:  # noqa: ARG001 - it must listen first
    """A service that is heard by `ear`."""
    return Bench(address, TIMEOUT_SECONDS)


def test_ready_is_told_on_entry_and_stopping_on_leaving(bench: Bench, ear: Ear) -> None:
    """Nothing before, and each with a line for `systemctl status`."""
    assert ear.heard() == []
    with bench.service:
        assert ear.heard() == ["READY=1", "STATUS=listening to mic:USB"]
    assert ear.heard() == ["STOPPING=1", "STATUS=telling the last detections"]


def test_who_is_to_stop_begins_nothing_anew(bench: Bench, ear: Ear) -> None:
    """SIGTERM may come while a new configuration is tried out, which takes its time."""
    with bench.service:
        ear.heard()
        bench.service.stop()
        bench.service.reload()
        assert ear.heard() == []
    assert not bench.service.is_reloading
    assert "STOPPING=1" in ear.heard()


def test_a_reload_that_has_begun_ends_with_a_stop(bench: Bench, ear: Ear) -> None:
    """Whoever asked to stop waits for the end of the process."""
    with bench.service:
        bench.service.reload()
        assert "RELOADING=1" in ear.heard()
        bench.service.stop()
    assert not bench.service.is_reloading
    assert "STOPPING=1" in ear.heard()


def test_stopping_is_told_of_a_failure_too(bench: Bench, ear: Ear) -> None:
    """The goodbye to the broker takes its time, and must not look like a hang."""
    with pytest.raises(RuntimeError), bench.service:
        raise RuntimeError
    assert "STOPPING=1" in ear.heard()


def test_progress_feeds_the_watchdog(bench: Bench, ear: Ear) -> None:
    """Samples heard and windows classified are a sign of life."""
    bench.pass_by(FEED_SECONDS, samples=RATE_HZ, windows=2)
    bench.go_on()
    assert "WATCHDOG=1" in ear.heard()


@pytest.mark.parametrize(
    ("samples", "windows", "is_quiet"),
    [(0, 0, False), (RATE_HZ, 0, False), (0, 2, False), (0, 0, True)],
    ids=["nothing", "no windows", "no samples", "a shut gate and no samples"],
)
def test_without_progress_nothing_feeds_it(
    bench: Bench,
    ear: Ear,
    samples: int,
    windows: int,
    is_quiet: bool,  # noqa: FBT001 - a parameter of the case
) -> None:
    """A loop that turns without sound, or sound that is never classified, is no life."""
    bench.pass_by(10 * TIMEOUT_SECONDS, samples=samples, windows=windows)
    bench.go_on(is_quiet=is_quiet)
    assert "WATCHDOG=1" not in ear.heard()


def test_a_shut_gate_needs_no_windows(bench: Bench, ear: Ear) -> None:
    """A quiet night is no hang."""
    bench.pass_by(FEED_SECONDS, samples=RATE_HZ, windows=0)
    bench.go_on(is_quiet=True)
    assert "WATCHDOG=1" in ear.heard()


def test_looking_for_a_lost_microphone_is_progress(bench: Bench, ear: Ear) -> None:
    """While the source waits for one, neither samples nor windows can come."""
    bench.pass_by(FEED_SECONDS, samples=0, windows=0)
    bench.go_on(is_waiting=True)
    assert "WATCHDOG=1" in ear.heard()


@pytest.mark.parametrize(("samples", "windows"), [(0, 0), (RATE_HZ, 0), (0, 2)])
def test_what_was_heard_before_the_last_feeding_is_no_progress(
    bench: Bench, ear: Ear, samples: int, windows: int
) -> None:
    """Progress counts from one feeding to the next, and not from the start."""
    bench.pass_by(FEED_SECONDS, samples=RATE_HZ, windows=2)
    bench.go_on()
    ear.heard()
    bench.pass_by(FEED_SECONDS, samples=samples, windows=windows)
    bench.go_on()
    assert "WATCHDOG=1" not in ear.heard()


def test_late_progress_feeds_at_once(bench: Bench, ear: Ear) -> None:
    """When the first window after a pause comes, the watchdog does not wait for the next turn."""
    bench.pass_by(FEED_SECONDS, samples=RATE_HZ, windows=0)
    bench.go_on()
    assert "WATCHDOG=1" not in ear.heard()
    bench.pass_by(0.0, samples=0, windows=1)
    bench.go_on()
    assert "WATCHDOG=1" in ear.heard()


def test_it_is_fed_at_least_twice_in_its_time_and_not_with_every_chunk(
    bench: Bench, ear: Ear
) -> None:
    """sd_watchdog_enabled(3) asks for every half of the time; each chunk would be a waste."""
    feeds = 0
    for _ in range(round(10 * TIMEOUT_SECONDS / 0.1)):
        bench.pass_by(0.1, samples=1_600, windows=1)
        bench.go_on()
        feeds += ear.heard().count("WATCHDOG=1")
    assert 20 <= feeds <= 10 * FEEDS_PER_TIMEOUT


def test_without_a_watchdog_none_is_fed(address: str, ear: Ear) -> None:
    """Where WatchdogSec is not set, nobody waits for a sign of life."""
    bench = Bench(address, None)
    bench.pass_by(86_400.0, samples=RATE_HZ, windows=2)
    bench.go_on()
    assert "WATCHDOG=1" not in ear.heard()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (12, "12 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (11_520, "3 h 12 min"),
        (86_400 * 97 + 3_600 * 5, "97 d 5 h"),
    ],
)
def test_the_status_reads_well(seconds: int, words: str) -> None:
    """It says what is listened to, how long, what was found, and whether anybody is told."""
    health = Health(samples=seconds * RATE_HZ, detections=14)
    assert MIC.describe(health, Status(is_connected=True)) == (
        f"listening to mic:USB, {words} of sound, 14 detections, broker connected"
    )
    assert MIC.describe(health, Status()).endswith(", broker away")
    problems = (Problem.CLIPPING, Problem.BACKLOG)
    told = MIC.describe(health, Status(is_connected=True, problems=problems))
    assert told.endswith(", broker connected, clipping, backlog")


def test_the_status_is_renewed_now_and_then(bench: Bench, ear: Ear) -> None:
    """A line for people changes as fast as people read."""
    renewals = 0
    for _ in range(100):
        bench.pass_by(STATUS_SECONDS / 8, samples=1_600, windows=1)
        bench.go_on()
        renewals += sum(line.startswith("STATUS=listening") for line in ear.heard())
    assert renewals == 100 // 8


def test_a_line_break_in_a_value_is_no_assignment(address: str, ear: Ear) -> None:
    """A file name may hold a line break; what follows it is not for systemd to obey."""
    Notifier(address).notify(STATUS="listening to wav:a\nMAINPID=1\nb.wav")
    assert ear.heard() == ["STATUS=listening to wav:a MAINPID=1 b.wav"]


def test_without_a_manager_nobody_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Started by hand, the daemon says nothing about a systemd that is not there."""
    with Bench(None, None).service as service:
        service.tick(Status(is_connected=True))
    assert caplog.text == ""


def test_a_manager_that_went_away_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The pipeline goes on without it; one line says so, not one for each message."""
    manager = Notifier(str(tmp_path / "absent"))
    manager.notify(READY="1")
    manager.notify(WATCHDOG="1")
    assert caplog.text.count("systemd does not listen") == 1


@pytest.mark.parametrize(
    ("environment", "expected_seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": str(os.getpid())}, 0.5),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
    ],
)
def test_the_watchdog_is_the_environment_s(
    environment: dict[str, str], expected_seconds: float | None
) -> None:
    """WATCHDOG_USEC counts, unless WATCHDOG_PID says that another process is meant."""
    assert Notifier.from_environment(environment).watchdog_seconds == expected_seconds


def test_the_socket_is_the_environment_s(address: str, ear: Ear) -> None:
    """NOTIFY_SOCKET names who is told."""
    Notifier.from_environment({"NOTIFY_SOCKET": address}).notify(READY="1")
    assert ear.heard() == ["READY=1"]


def test_a_reload_is_no_stop(bench: Bench, ear: Ear) -> None:
    """Systemd waits for the next READY, instead of for the end."""
    with bench.service:
        ear.heard()
        bench.service.reload()
        told = ear.heard()
    assert told[0] == "RELOADING=1"
    assert told[1].startswith("MONOTONIC_USEC=")
    assert ear.heard() == []
