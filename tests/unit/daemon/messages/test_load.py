"""The load of this process and its children, from real processes."""

import mmap
import os
import subprocess
import sys
from pathlib import Path

from manual_clock import ManualClock
from mosquitto import wait_until

from soundpost.messages.load import Load, LoadMeter

BUSY = "while True: pass"
HOLDING = "held = b'x' * 100_000_000; print('held', flush=True); input()"


def spend(seconds: float) -> None:
    """Spends processor time."""
    end_seconds = os.times().user + os.times().system + seconds
    while os.times().user + os.times().system < end_seconds:
        pass


def test_the_share_of_a_processor_is_measured_since_the_last_report() -> None:
    """Half a second of work in ten seconds are five percent of one processor."""
    clock = ManualClock()
    meter = LoadMeter(clock)
    spend(0.5)
    clock.seconds += 10.0
    assert 4.9 <= meter.measure(0.0).cpu_percent < 8.0
    clock.seconds += 10.0
    assert meter.measure(0.0).cpu_percent < 2.0


def test_a_child_counts_while_it_runs_and_after_it_has_ended() -> None:
    """Its time is neither lost nor counted twice when it ends."""
    clock = ManualClock()
    with subprocess.Popen([sys.executable, "-S", "-c", BUSY]) as child:
        meter = LoadMeter(clock)
        total = 0.0

        def has_worked() -> bool:
            nonlocal total
            clock.seconds += 1.0
            total += meter.measure(0.0).cpu_percent
            return total > 50.0

        wait_until(has_worked)
        child.kill()
    clock.seconds += 1.0
    assert meter.measure(0.0).cpu_percent < 100.0


def test_the_memory_of_children_counts() -> None:
    """A camera's ffmpeg belongs to its source."""
    meter = LoadMeter()
    alone = meter.measure(0.0).rss_bytes
    with subprocess.Popen(
        [sys.executable, "-S", "-c", HOLDING], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert meter.measure(0.0).rss_bytes > alone + 90_000_000
        child.communicate(b"\n")


def test_the_memory_is_that_of_the_kernel() -> None:
    """It grows with what is touched: a mapping, which no freed memory can stand in for."""
    meter = LoadMeter()
    before = meter.measure(0.0).rss_bytes
    with mmap.mmap(-1, 50_000_000) as held:
        held.write(b"x" * len(held))
        assert meter.measure(0.0).rss_bytes > before + 40_000_000


def test_without_proc_and_without_time_nothing_is_measured(tmp_path: Path) -> None:
    """The queue is reported as it is given."""
    meter = LoadMeter(ManualClock(), tmp_path)
    assert meter.measure(1.5) == Load(1.5, 0.0, 0)
