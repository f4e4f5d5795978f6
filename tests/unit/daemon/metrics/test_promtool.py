"""What Prometheus's own tool says of the metrics, where it is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.metrics.family import Family, Sample, render
from soundpost.metrics.host import temperatures, throttling

from .conftest import NOW, MakeMetrics


@pytest.fixture(scope="module")
def promtool() -> str:
    """The program's path; without it the tests are skipped."""
    if found := shutil.which("promtool"):
        return found
    pytest.skip("promtool is not installed; apt-get install prometheus")


def complaints(promtool: str, text: str) -> str:
    """What `promtool check metrics` finds wrong; nothing, in what is right."""
    command = [promtool, "check", "metrics"]
    found = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert bool(found.stdout or found.stderr) == bool(found.returncode)
    return found.stdout + found.stderr


def test_promtool_finds_nothing_wrong(
    promtool: str, make_metrics: MakeMetrics, tmp_path: Path
) -> None:
    """Names, units, types and helps, those of a Raspberry Pi among them."""
    files = {
        "class/thermal/thermal_zone0/type": "cpu-thermal",
        "class/thermal/thermal_zone0/temp": "48312",
        "devices/platform/soc/soc:firmware/get_throttled": "50005",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    shown = tmp_path / "soundpost.prom"
    with make_metrics(textfile=str(shown)) as metrics:
        metrics.tick(NOW)
    machine = render((*temperatures(tmp_path), *throttling(tmp_path)))
    assert machine.count("# TYPE") == 3
    # This machine may have a sensor of its own.
    told = "".join(
        line
        for line in shown.read_text().splitlines(keepends=True)
        if "soundpost_temperature" not in line
    )
    assert complaints(promtool, told + machine) == ""


def test_promtool_would_complain(promtool: str) -> None:
    """Of a counter that is not named as one."""
    assert "_total" in complaints(promtool, render([Family("a", "counter", "A.", (Sample(1),))]))


@settings(max_examples=10)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_promtool_reads_a_label_of_any_text(promtool: str, text: str) -> None:
    """Quotes, line breaks, and whatever else a label is made of."""
    family = Family("a", "gauge", "A.", (Sample(1, (("b", text),)),))
    assert complaints(promtool, render([family])) == ""
