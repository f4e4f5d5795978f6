"""The text format, checked by Prometheus's own promtool where it is installed."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.metrics.exposition import Exposition, GaugeMetricFamily, Metric
from soundpost.metrics.host import temperatures, throttling

from .conftest import STATUS, MakeMetrics


@pytest.fixture(scope="module")
def promtool() -> str:
    """Provides the program's path; without it the tests are skipped."""
    if found := shutil.which("promtool"):
        return found
    pytest.skip("promtool is not installed; apt-get install prometheus")


def render(metrics: Iterable[Metric]) -> str:
    """Returns the text of some metrics."""
    exposition = Exposition()
    exposition.show(metrics)
    return exposition.render().decode()


def complaints(promtool: str, text: str) -> str:
    """Returns the output of `promtool check metrics`; it is empty if the text is right."""
    command = [promtool, "check", "metrics"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert bool(done.stdout or done.stderr) == bool(done.returncode)
    return done.stdout + done.stderr


def test_promtool_finds_no_fault(promtool: str, make_metrics: MakeMetrics, tmp_path: Path) -> None:
    """Names, units, kinds and help texts, those of a Raspberry Pi included."""
    files = {
        "class/thermal/thermal_zone0/type": "cpu-thermal",
        "class/thermal/thermal_zone0/temp": "48312",
        "devices/platform/soc/soc:firmware/get_throttled": "50005",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    path = tmp_path / "soundpost.prom"
    with make_metrics(textfile=str(path)) as metrics:
        metrics.tick(STATUS)
    machine = render((*temperatures(tmp_path), *throttling(tmp_path)))
    assert machine.count("# TYPE") == 3
    # This machine may have a sensor of its own.
    exported = "".join(
        line
        for line in path.read_text().splitlines(keepends=True)
        if "soundpost_temperature" not in line
    )
    assert complaints(promtool, exported + machine) == ""


def test_promtool_finds_a_fault(promtool: str) -> None:
    """A gauge must not be named like a counter."""
    assert "_total" in complaints(promtool, render([GaugeMetricFamily("a_total", "A.", 1)]))


@settings(max_examples=10)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_promtool_reads_a_label_of_any_text(promtool: str, text: str) -> None:
    """Quotes and line breaks included."""
    metric = GaugeMetricFamily("a", "A.", labels=["b"])
    metric.add_metric([text], 1)
    assert complaints(promtool, render([metric])) == ""
