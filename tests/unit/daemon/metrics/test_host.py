"""What is told of the machine and of the classifier."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.events import Scores, Window
from soundpost.metrics import InferenceTimer
from soundpost.metrics.family import Family
from soundpost.metrics.host import process, temperatures, throttling
from soundpost.metrics.inference_timer import BOUNDS_SECONDS

ZONE = "class/thermal/thermal_zone"
FIRMWARE = "devices/platform/soc/soc:firmware/get_throttled"
WINDOW = Window(0, 1, np.zeros((1, 1), np.float32), -20.0, 0)
SCORES = Scores(WINDOW, np.zeros(1, np.float32))


def put(sys: Path, files: dict[str, str]) -> Path:
    """A /sys with some files."""
    for name, content in files.items():
        (sys / name).parent.mkdir(parents=True, exist_ok=True)
        (sys / name).write_text(content)
    return sys


def values(family: Family, label: str) -> dict[str, float]:
    """Its numbers by one of their labels."""
    return {dict(sample.labels)[label]: sample.value for sample in family.samples}


def test_each_thermal_zone_has_its_temperature(tmp_path: Path) -> None:
    """In degrees, by the number and the type of the zone."""
    files = {"0/type": "cpu-thermal\n", "0/temp": "48312\n", "1/type": "nvme\n", "1/temp": "-500\n"}
    (family,) = temperatures(put(tmp_path, {f"{ZONE}{name}": text for name, text in files.items()}))
    assert family.name == "soundpost_temperature_celsius"
    assert values(family, "zone") == {"0": 48.312, "1": -0.5}
    assert values(family, "type") == {"cpu-thermal": 48.312, "nvme": -0.5}


@pytest.mark.parametrize("garbage", ["", "warm", "\x00\x00", "1.5"])
def test_a_sensor_that_says_nothing_is_absent(tmp_path: Path, garbage: str) -> None:
    """Not zero degrees."""
    assert not list(temperatures(tmp_path))
    put(tmp_path, {f"{ZONE}0/type": "cpu\n", f"{ZONE}0/temp": garbage, FIRMWARE: f"{garbage}g"})
    assert not list(temperatures(tmp_path))
    assert not list(throttling(tmp_path))


def test_a_pi_tells_why_it_is_slow_now_and_was_since_it_booted(tmp_path: Path) -> None:
    """0x50005: under voltage and throttled, now and before (Raspberry Pi, get_throttled)."""
    now, since_boot = throttling(put(tmp_path, {FIRMWARE: "50005\n"}))
    expected = {
        "under_voltage": 1,
        "frequency_capped": 0,
        "throttled": 1,
        "soft_temperature_limit": 0,
    }
    assert (now.name, since_boot.name) == ("soundpost_throttled", "soundpost_throttled_since_boot")
    assert values(now, "reason") == values(since_boot, "reason") == expected


def test_what_the_process_takes_is_what_it_takes() -> None:
    """Memory, descriptors and processor time grow when they are used."""
    before = {family.name: family.samples[0].value for family in process()}
    ballast = np.ones(4_000_000)
    with Path(__file__).open() as _:
        after = {family.name: family.samples[0].value for family in process()}
    grown = {name: after[name] - before[name] for name in before}
    assert grown["soundpost_process_resident_memory_bytes"] > 0.9 * ballast.nbytes
    assert grown["soundpost_process_open_fds"] == 1
    assert grown["soundpost_process_cpu_seconds_total"] > 0
    assert after["soundpost_process_threads"] >= 1


def test_a_process_that_cannot_be_looked_at_still_has_its_time(tmp_path: Path) -> None:
    """/proc may be hidden."""
    assert [family.name for family in process(tmp_path)] == ["soundpost_process_cpu_seconds_total"]


@given(st.lists(st.integers(0, 3_000_000)))
def test_the_histogram_counts_every_window_once(took_microseconds: list[int]) -> None:
    """Each bucket holds all that took no longer; the last one holds all."""
    now = [0.0]
    takes = iter(took_microseconds)

    def classify(_: Window) -> Scores:
        now[0] += next(takes) / 1e6
        return SCORES

    inference_timer = InferenceTimer(classify, now_seconds=lambda: now[0])
    for _ in took_microseconds:
        assert inference_timer.classify(WINDOW) is SCORES
    samples = inference_timer.family().samples
    buckets, (total, count) = samples[:-2], samples[-2:]
    assert [dict(bucket.labels)["le"] for bucket in buckets[-2:]] == ["1", "+Inf"]
    for bucket, bound in zip(buckets, BOUNDS_SECONDS, strict=False):
        within = [took for took in took_microseconds if took / 1e6 <= bound + 1e-9]
        surely = [took for took in took_microseconds if took / 1e6 <= bound - 1e-9]
        assert len(surely) <= bucket.value <= len(within)
    assert buckets[-1].value == count.value == len(took_microseconds)
    assert total.value == pytest.approx(sum(took_microseconds) / 1e6)
