"""The watchdog: readiness, progress and status, over a real datagram socket."""

import pytest
from manual_clock import ManualClock

from soundpost.health import Health, Problem, Status
from soundpost.system.systemd import Notifier
from soundpost.system.watchdog import FEEDS_PER_TIMEOUT, STATUS_SECONDS, StatusLine, Watchdog

from .conftest import NotifySocket

RATE_HZ = 16_000
TIMEOUT_SECONDS = 30.0
FEED_SECONDS = TIMEOUT_SECONDS / FEEDS_PER_TIMEOUT
MIC = StatusLine("mic:USB", RATE_HZ)


class Loop:
    """A watchdog whose clock and counters a test moves."""

    def __init__(self, address: str | None, watchdog_seconds: float | None) -> None:
        self.clock = ManualClock()
        self.health = Health()
        notifier = Notifier(address, watchdog_seconds)
        self.watchdog = Watchdog(notifier, MIC, self.health, monotonic_seconds=self.clock)

    def advance(self, seconds: float, *, samples: int, windows: int) -> None:
        """Advances the clock and the counters."""
        self.clock.seconds += seconds
        self.health.samples += samples
        self.health.windows += windows

    def tick(
        self, *, is_gate_closed: bool = False, is_connected: bool = True, is_waiting: bool = False
    ) -> None:
        """Does what the main loop does after every chunk."""
        status = Status(
            is_gate_closed=is_gate_closed, is_connected=is_connected, is_waiting=is_waiting
        )
        self.watchdog.tick(status)


@pytest.fixture
def loop(address: str, systemd: NotifySocket) -> Loop:
    """Provides a watchdog that notifies `systemd`."""
    assert systemd.received() == []
    return Loop(address, TIMEOUT_SECONDS)


def test_ready_is_sent_on_entry_and_stopping_on_exit(loop: Loop, systemd: NotifySocket) -> None:
    """Nothing is sent before; each comes with a line for `systemctl status`."""
    assert systemd.received() == []
    with loop.watchdog:
        assert systemd.received() == ["READY=1", "STATUS=capturing from mic:USB"]
    assert systemd.received() == ["STOPPING=1", "STATUS=publishing the last detections"]


def test_a_reload_after_a_stop_does_nothing(loop: Loop, systemd: NotifySocket) -> None:
    """SIGTERM may come while a new configuration is tried out, which takes a while."""
    with loop.watchdog:
        systemd.received()
        loop.watchdog.stop()
        loop.watchdog.reload()
        assert systemd.received() == []
    assert not loop.watchdog.is_reloading
    assert "STOPPING=1" in systemd.received()


def test_a_stop_ends_a_reload(loop: Loop, systemd: NotifySocket) -> None:
    """SIGTERM waits for the end of the process."""
    with loop.watchdog:
        loop.watchdog.reload()
        assert "RELOADING=1" in systemd.received()
        loop.watchdog.stop()
    assert not loop.watchdog.is_reloading
    assert "STOPPING=1" in systemd.received()


def test_stopping_is_sent_after_a_failure_too(loop: Loop, systemd: NotifySocket) -> None:
    """Disconnecting from the broker takes a while, and must not look like a hang."""
    with pytest.raises(RuntimeError), loop.watchdog:
        raise RuntimeError
    assert "STOPPING=1" in systemd.received()


def test_progress_feeds_the_watchdog(loop: Loop, systemd: NotifySocket) -> None:
    """Samples captured and windows classified are progress."""
    loop.advance(FEED_SECONDS, samples=RATE_HZ, windows=2)
    loop.tick()
    assert "WATCHDOG=1" in systemd.received()


@pytest.mark.parametrize(
    ("samples", "windows", "is_gate_closed"),
    [(0, 0, False), (RATE_HZ, 0, False), (0, 2, False), (0, 0, True)],
    ids=["nothing", "no windows", "no samples", "a closed gate and no samples"],
)
def test_without_progress_the_watchdog_is_not_fed(
    loop: Loop,
    systemd: NotifySocket,
    samples: int,
    windows: int,
    is_gate_closed: bool,  # noqa: FBT001 - a parameter of the case
) -> None:
    """A loop that runs without sound, or sound that is never classified, is no progress."""
    loop.advance(10 * TIMEOUT_SECONDS, samples=samples, windows=windows)
    loop.tick(is_gate_closed=is_gate_closed)
    assert "WATCHDOG=1" not in systemd.received()


def test_a_closed_gate_needs_no_windows(loop: Loop, systemd: NotifySocket) -> None:
    """A quiet night is no hang."""
    loop.advance(FEED_SECONDS, samples=RATE_HZ, windows=0)
    loop.tick(is_gate_closed=True)
    assert "WATCHDOG=1" in systemd.received()


def test_looking_for_a_lost_microphone_is_progress(loop: Loop, systemd: NotifySocket) -> None:
    """While the source waits for one, neither samples nor windows can come."""
    loop.advance(FEED_SECONDS, samples=0, windows=0)
    loop.tick(is_waiting=True)
    assert "WATCHDOG=1" in systemd.received()


@pytest.mark.parametrize(("samples", "windows"), [(0, 0), (RATE_HZ, 0), (0, 2)])
def test_progress_before_the_last_feeding_does_not_count_again(
    loop: Loop, systemd: NotifySocket, samples: int, windows: int
) -> None:
    """Progress counts from one feeding to the next, not from the start."""
    loop.advance(FEED_SECONDS, samples=RATE_HZ, windows=2)
    loop.tick()
    systemd.received()
    loop.advance(FEED_SECONDS, samples=samples, windows=windows)
    loop.tick()
    assert "WATCHDOG=1" not in systemd.received()


def test_late_progress_feeds_at_once(loop: Loop, systemd: NotifySocket) -> None:
    """The first window after a pause feeds the watchdog, without waiting for the next interval."""
    loop.advance(FEED_SECONDS, samples=RATE_HZ, windows=0)
    loop.tick()
    assert "WATCHDOG=1" not in systemd.received()
    loop.advance(0.0, samples=0, windows=1)
    loop.tick()
    assert "WATCHDOG=1" in systemd.received()


def test_it_is_fed_at_least_twice_in_its_time_and_not_with_every_chunk(
    loop: Loop, systemd: NotifySocket
) -> None:
    """sd_watchdog_enabled(3) recommends every half of the time; every chunk would be a waste."""
    feeds = 0
    for _ in range(round(10 * TIMEOUT_SECONDS / 0.1)):
        loop.advance(0.1, samples=1_600, windows=1)
        loop.tick()
        feeds += systemd.received().count("WATCHDOG=1")
    assert 20 <= feeds <= 10 * FEEDS_PER_TIMEOUT


def test_without_a_watchdog_none_is_fed(address: str, systemd: NotifySocket) -> None:
    """Without WatchdogSec systemd expects no notifications."""
    loop = Loop(address, None)
    loop.advance(86_400.0, samples=RATE_HZ, windows=2)
    loop.tick()
    assert "WATCHDOG=1" not in systemd.received()


def test_the_status_line_shows_source_duration_detections_and_broker() -> None:
    """Problems of the microphone follow at the end."""
    health = Health(samples=11_520 * RATE_HZ, detections=14)
    assert MIC.describe(health, Status(is_connected=True)) == (
        "capturing from mic:USB, 3 h 12 min of sound, 14 detections, broker connected"
    )
    assert MIC.describe(health, Status()).endswith(", broker away")
    problems = (Problem.CLIPPING, Problem.BACKLOG)
    line = MIC.describe(health, Status(is_connected=True, problems=problems))
    assert line.endswith(", broker connected, clipping, backlog")


def test_the_status_is_renewed_at_intervals(loop: Loop, systemd: NotifySocket) -> None:
    """A line for people changes no faster than people read."""
    renewals = 0
    for _ in range(100):
        loop.advance(STATUS_SECONDS / 8, samples=1_600, windows=1)
        loop.tick()
        renewals += sum(line.startswith("STATUS=capturing") for line in systemd.received())
    assert renewals == 100 // 8


def test_without_a_service_manager_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A daemon that was started by hand logs nothing about systemd."""
    with Loop(None, None).watchdog as watchdog:
        watchdog.tick(Status(is_connected=True))
    assert caplog.text == ""


def test_a_reload_is_not_a_stop(loop: Loop, systemd: NotifySocket) -> None:
    """Systemd waits for the next READY instead of the end."""
    with loop.watchdog:
        systemd.received()
        loop.watchdog.reload()
        assignments = systemd.received()
    assert assignments[0] == "RELOADING=1"
    assert assignments[1].startswith("MONOTONIC_USEC=")
    assert systemd.received() == []


def test_a_refused_configuration_is_a_part_of_every_status(
    address: str, systemd: NotifySocket
) -> None:
    """`systemctl status` shows why another configuration than that of the file is in use."""
    status_line = StatusLine("mic:USB", RATE_HZ, lambda: ValueError("no bundle 'x'"))
    with Watchdog(Notifier(address), status_line, Health()):
        assert systemd.received()[-1].endswith("the new one is refused: no bundle 'x'")
    status = Status(problems=(Problem.CONFIGURATION,))
    assert "refused: no bundle 'x'" in status_line.describe(Health(), status)
