"""Metrics of the machine and the process: temperature, throttling of a Pi, memory, CPU time."""

import re
import resource
from collections.abc import Iterator
from pathlib import Path

from soundpost.metrics.exposition import CounterMetricFamily, GaugeMetricFamily, Metric

SYS = Path("/sys")
PROC = Path("/proc/self")

_MILLIDEGREES = 1_000.0
_THROTTLED = "devices/platform/soc*/soc*firmware/get_throttled"
_REASONS = ("under_voltage", "frequency_capped", "throttled", "soft_temperature_limit")
"""The lowest bits of `get_throttled` of a Raspberry Pi's firmware; 16 bits higher, the same reasons
since the boot."""
_SINCE_BOOT_SHIFT = 16


def temperatures(sys: Path = SYS) -> Iterator[Metric]:
    """Yields the temperatures of the thermal zones; nothing where there are none."""
    text = "Temperature of the machine, by thermal zone."
    metric = GaugeMetricFamily("soundpost_temperature_celsius", text, labels=["zone", "type"])
    for zone in _found(sys, "class/thermal/thermal_zone*"):
        try:
            millidegrees = int((zone / "temp").read_text())
            kind = (zone / "type").read_text().strip()
        except (OSError, ValueError):  # a sensor that sleeps returns an error, or nothing
            continue
        number = zone.name.removeprefix("thermal_zone")
        metric.add_metric([number, kind], millidegrees / _MILLIDEGREES)
    if metric.samples:
        yield metric


def throttling(sys: Path = SYS) -> Iterator[Metric]:
    """Yields the reasons why a Raspberry Pi is throttled; nothing on other machines."""
    for path in _found(sys, _THROTTLED):
        try:
            bits = int(path.read_text(), 16)
        except (OSError, ValueError):
            continue
        yield _reasons("soundpost_throttled", "Whether the Pi is throttled now, and why.", bits)
        text = "Whether the Pi was throttled since it booted, and why."
        yield _reasons("soundpost_throttled_since_boot", text, bits >> _SINCE_BOOT_SHIFT)
        return


def _found(folder: Path, pattern: str) -> list[Path]:
    """Returns the sorted paths that match; none while no file descriptor is free to look."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _reasons(name: str, text: str, bits: int) -> Metric:
    metric = GaugeMetricFamily(name, text, labels=["reason"])
    for bit, reason in enumerate(_REASONS):
        metric.add_metric([reason], bits >> bit & 1)
    return metric


def process(proc: Path = PROC) -> Iterator[Metric]:
    """Yields the resources of this process.

    The names have our own prefix, because node_exporter's output has a `process_…` of its own.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    yield CounterMetricFamily(
        "soundpost_process_cpu_seconds_total",
        "Processor time that soundpost took.",
        used.ru_utime + used.ru_stime,
    )
    try:
        status = (proc / "status").read_text()
        # One of them is the folder that is being read.
        open_fds = len(list((proc / "fd").iterdir())) - 1
    except OSError:
        return
    if resident := re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE):
        name, text = "soundpost_process_resident_memory_bytes", "Memory that soundpost takes."
        yield GaugeMetricFamily(name, text, int(resident[1]) * 1024)
    if threads := re.search(r"^Threads:\s+(\d+)$", status, re.MULTILINE):
        yield GaugeMetricFamily("soundpost_process_threads", "Threads.", int(threads[1]))
    yield GaugeMetricFamily("soundpost_process_open_fds", "Open file descriptors.", open_fds)
