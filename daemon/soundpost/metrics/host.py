"""The machine: how warm it is, whether a Pi is throttled, what the process takes of it."""

import re
import resource
from collections.abc import Iterator
from pathlib import Path

from soundpost.metrics.family import Family, Sample

SYS = Path("/sys")
PROC = Path("/proc/self")

_MILLIDEGREES = 1_000.0
_THROTTLED = "devices/platform/soc*/soc*firmware/get_throttled"
_REASONS = ("under_voltage", "frequency_capped", "throttled", "soft_temperature_limit")
"""The lowest bits of what a Raspberry Pi's firmware answers; 16 bits on, what was so since boot."""
_SINCE_BOOT_SHIFT = 16


def temperatures(sys: Path = SYS) -> Iterator[Family]:
    """The thermal zones by their types; nothing where there is none."""
    degrees = {}
    for zone in sorted(sys.glob("class/thermal/thermal_zone*")):
        try:
            millidegrees = int((zone / "temp").read_text())
            kind = (zone / "type").read_text().strip()
        except (OSError, ValueError):  # a sensor that sleeps gives an error, or nothing
            continue
        degrees[(("zone", zone.name.removeprefix("thermal_zone")), ("type", kind))] = (
            millidegrees / _MILLIDEGREES
        )
    if degrees:
        samples = tuple(Sample(value, labels) for labels, value in degrees.items())
        text = "Temperature of the machine, by thermal zone."
        yield Family("soundpost_temperature_celsius", "gauge", text, samples)


def throttling(sys: Path = SYS) -> Iterator[Family]:
    """Why a Raspberry Pi is slower than it could be; nothing on other machines."""
    for path in sorted(sys.glob(_THROTTLED)):
        try:
            bits = int(path.read_text(), 16)
        except (OSError, ValueError):
            continue
        yield _reasons("soundpost_throttled", "Whether the Pi is throttled now, and why.", bits)
        text = "Whether the Pi was throttled since it booted, and why."
        yield _reasons("soundpost_throttled_since_boot", text, bits >> _SINCE_BOOT_SHIFT)
        return


def _reasons(name: str, text: str, bits: int) -> Family:
    samples = (
        Sample(bits >> bit & 1, (("reason", reason),)) for bit, reason in enumerate(_REASONS)
    )
    return Family(name, "gauge", text, tuple(samples))


def process(proc: Path = PROC) -> Iterator[Family]:
    """What this process takes. The names are ours: node_exporter has a `process_…` of its own."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_seconds = used.ru_utime + used.ru_stime
    name = "soundpost_process_cpu_seconds_total"
    yield _one(name, "counter", "Processor time that soundpost took.", cpu_seconds)
    try:
        status = (proc / "status").read_text()
        # One of them is the folder that is being read.
        open_fds = len(list((proc / "fd").iterdir())) - 1
    except OSError:
        return
    if resident := re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE):
        name, text = "soundpost_process_resident_memory_bytes", "Memory that soundpost takes."
        yield _one(name, "gauge", text, int(resident[1]) * 1024)
    if threads := re.search(r"^Threads:\s+(\d+)$", status, re.MULTILINE):
        yield _one("soundpost_process_threads", "gauge", "Threads.", int(threads[1]))
    yield _one("soundpost_process_open_fds", "gauge", "Open file descriptors.", open_fds)


def _one(name: str, kind: str, text: str, value: float) -> Family:
    return Family(name, "counter" if kind == "counter" else "gauge", text, (Sample(value),))
