"""Metrics of a run: counted, collected at intervals, and off by default."""

import logging
import socket
import sys
from pathlib import Path

import msgspec
import pytest
from manual_clock import ManualClock

from soundpost.config import MetricsConfig
from soundpost.events import Detection, State
from soundpost.health import Health
from soundpost.metrics import Metrics
from soundpost.metrics.sources import MetricSources
from soundpost.system.clock import ClockState

from .conftest import STATUS, MakeMetrics


def detection(state: State, label: str = "siren") -> Detection:
    """Returns a state of an event."""
    return Detection(
        event=0,
        state=state,
        label=label,
        score=1.0,
        threshold=0.5,
        onset_sample=0,
        offset_sample=None,
        decided_sample=1,
        onset_utc_ns=0,
        offset_utc_ns=None,
        level_dbfs=-20.0,
    )


def export(metrics: Metrics) -> None:
    """Exports one set of metrics."""
    with metrics:
        metrics.tick(STATUS)


def test_an_event_is_counted_when_it_starts(make_metrics: MakeMetrics, tmp_path: Path) -> None:
    """Its later states are the same event."""
    path = tmp_path / "soundpost.prom"
    metrics = make_metrics(textfile=str(path))
    for state in (State.STARTED, State.CONFIRMED, State.ENDED, State.STARTED):
        metrics.count(detection(state))
    export(metrics)
    assert 'soundpost_events_total{label="siren"} 2.0\n' in path.read_text()
    assert 'soundpost_events_total{label="dog"} 0.0\n' in path.read_text()


def test_a_set_is_exported_at_every_interval(
    make_metrics: MakeMetrics, tmp_path: Path, clock: ManualClock, health: Health
) -> None:
    """Not before it is due."""
    path = tmp_path / "soundpost.prom"
    metrics = make_metrics(textfile=str(path), every_seconds=10.0)
    export(metrics)
    health.windows = 4
    clock.seconds += 9.0
    export(metrics)
    assert "soundpost_windows_total 3.0\n" in path.read_text()
    clock.seconds += 1.0
    export(metrics)
    assert "soundpost_windows_total 4.0\n" in path.read_text()


def test_without_a_configuration_nothing_is_imported_or_collected(
    make_metrics: MakeMetrics, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The default costs nothing and needs no library."""
    forget_exporter(monkeypatch)
    export(make_metrics())
    assert "soundpost.metrics.exporter" not in sys.modules
    assert caplog.text == ""


@pytest.mark.parametrize("key", ["textfile", "listen"])
def test_a_missing_library_is_logged_with_its_package(
    make_metrics: MakeMetrics,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    key: str,
) -> None:
    """Detection goes on without metrics."""
    forget_exporter(monkeypatch)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    values = {"textfile": str(tmp_path / "soundpost.prom"), "listen": "127.0.0.1:0"}
    export(make_metrics(**{key: values[key]}))
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "metrics need prometheus_client" in caplog.text
    assert "pip install soundpost[metrics]" in caplog.text
    assert not list(tmp_path.iterdir())


def test_an_address_in_use_leaves_the_text_file(
    make_metrics: MakeMetrics, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each of the two exports works without the other."""
    path = tmp_path / "soundpost.prom"
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        export(make_metrics(textfile=str(path), listen=address))
    assert f"metrics cannot be served at {address}" in caplog.text
    assert path.exists()


def test_an_address_in_use_alone_leaves_nothing_to_collect_for(sources: MetricSources) -> None:
    """Without an export a set is not collected, so the wall clock is not asked."""

    def clock() -> ClockState:
        raise AssertionError("a set was collected")

    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        config = MetricsConfig(listen=address)
        with Metrics(config, msgspec.structs.replace(sources, clock=clock)) as metrics:
            metrics.tick(STATUS)


def test_the_wall_clock_is_asked_once_a_set(sources: MetricSources, tmp_path: Path) -> None:
    """Not with every chunk: each call takes a system call and moves the clock's own interval."""
    calls: list[None] = []

    def clock() -> ClockState:
        calls.append(None)
        return "synced"

    config = MetricsConfig(textfile=str(tmp_path / "soundpost.prom"))
    with Metrics(
        config, msgspec.structs.replace(sources, clock=clock), monotonic_seconds=lambda: 1.0
    ) as metrics:
        for _ in range(100):
            metrics.tick(STATUS)
    assert len(calls) == 1


def forget_exporter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Removes the modules that need prometheus_client, as if they were never imported."""
    for name in ("collectors", "exporter", "exposition", "host"):
        monkeypatch.delitem(sys.modules, f"soundpost.metrics.{name}", raising=False)


def test_metrics_of_several_sources_have_the_name_of_their_source(
    sources: MetricSources, tmp_path: Path
) -> None:
    """Node_exporter and Prometheus read them side by side, without two series of one name."""
    path = tmp_path / "soundpost-yard.prom"
    config = MetricsConfig(textfile=str(path))
    export(Metrics(config, msgspec.structs.replace(sources, source="yard")))
    samples = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert samples
    assert all('source="yard"' in line for line in samples)
