"""Metrics of the machine and of the process."""

import mmap
from pathlib import Path

import pytest
from descriptors import no_descriptors

from soundpost.metrics.exposition import Metric
from soundpost.metrics.host import process, temperatures, throttling

ZONE = "class/thermal/thermal_zone"
FIRMWARE = "devices/platform/soc/soc:firmware/get_throttled"
BALLAST_BYTES = 32_000_000


def write_files(sys: Path, files: dict[str, str]) -> Path:
    """Writes some files of a /sys, and returns it."""
    for name, content in files.items():
        (sys / name).parent.mkdir(parents=True, exist_ok=True)
        (sys / name).write_text(content)
    return sys


def values(metric: Metric, label: str) -> dict[str, float]:
    """Returns the values of a metric by one of its labels."""
    return {sample.labels[label]: sample.value for sample in metric.samples}


def process_values() -> dict[str, float]:
    """Returns the metrics of this process by name."""
    return {metric.name: metric.samples[0].value for metric in process()}


def test_each_thermal_zone_has_its_temperature(tmp_path: Path) -> None:
    """In degrees, by the number and the type of the zone."""
    files = {"0/type": "cpu-thermal\n", "0/temp": "48312\n", "1/type": "nvme\n", "1/temp": "-500\n"}
    sys = write_files(tmp_path, {f"{ZONE}{name}": text for name, text in files.items()})
    (metric,) = temperatures(sys)
    assert metric.name == "soundpost_temperature_celsius"
    assert values(metric, "zone") == {"0": 48.312, "1": -0.5}
    assert values(metric, "type") == {"cpu-thermal": 48.312, "nvme": -0.5}


@pytest.mark.parametrize("garbage", ["", "warm", "\x00\x00", "1.5"])
def test_a_sensor_without_a_value_is_absent(tmp_path: Path, garbage: str) -> None:
    """It is not zero degrees."""
    assert not list(temperatures(tmp_path))
    files = {f"{ZONE}0/type": "cpu\n", f"{ZONE}0/temp": garbage, FIRMWARE: f"{garbage}g"}
    sys = write_files(tmp_path, files)
    assert not list(temperatures(sys))
    assert not list(throttling(sys))


def test_a_pi_reports_why_it_is_throttled_now_and_was_since_its_boot(tmp_path: Path) -> None:
    """0x50005: under voltage and throttled, now and before (Raspberry Pi, get_throttled)."""
    now, since_boot = throttling(write_files(tmp_path, {FIRMWARE: "50005\n"}))
    expected = {
        "under_voltage": 1,
        "frequency_capped": 0,
        "throttled": 1,
        "soft_temperature_limit": 0,
    }
    assert (now.name, since_boot.name) == ("soundpost_throttled", "soundpost_throttled_since_boot")
    assert values(now, "reason") == values(since_boot, "reason") == expected


def test_the_resources_of_the_process_grow_when_they_are_used() -> None:
    """Memory, descriptors and processor time."""
    before = process_values()
    # Fresh pages: an allocator may hand out memory that is resident already.
    with mmap.mmap(-1, BALLAST_BYTES) as ballast, Path(__file__).open() as _:
        ballast.write(b"x" * BALLAST_BYTES)
        after = process_values()
    grown = {name: after[name] - before[name] for name in before}
    assert grown["soundpost_process_resident_memory_bytes"] > 0.9 * BALLAST_BYTES
    assert grown["soundpost_process_open_fds"] == 1
    assert grown["soundpost_process_cpu_seconds"] > 0
    assert after["soundpost_process_threads"] >= 1


def test_a_process_without_proc_still_has_its_processor_time(tmp_path: Path) -> None:
    """/proc may be hidden."""
    assert [metric.name for metric in process(tmp_path)] == ["soundpost_process_cpu_seconds"]


def test_without_free_descriptors_there_are_fewer_metrics() -> None:
    """The pipeline's thread collects them, so nothing may be raised."""
    with no_descriptors():
        assert not list(temperatures())
        assert not list(throttling())
        assert [metric.name for metric in process()] == ["soundpost_process_cpu_seconds"]
