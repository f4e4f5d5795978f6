"""The file that node_exporter reads: whole, valid, and never in the way of listening."""

import logging
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.events import Detection, State
from soundpost.health import Health, Problem, Status
from soundpost.metrics import Metrics
from soundpost.metrics.family import Family, Sample, render

from .conftest import NOW, Clock, MakeMetrics

LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)')
UNITS = ("seconds", "bytes", "celsius", "total", "info")
UNITLESS = {
    "soundpost_outbox_messages",
    "soundpost_microphone_problem",
    "soundpost_broker_connected",
    "soundpost_clock_synced",
    "soundpost_process_threads",
    "soundpost_process_open_fds",
    "soundpost_throttled",
    "soundpost_throttled_since_boot",
}


def shown(path: Path) -> dict[str, float]:
    """The numbers of a file by their names and labels; it must be nothing but lines of them."""
    lines = path.read_text().splitlines()
    numbers = [LINE.fullmatch(line) for line in lines if not line.startswith("#")]
    assert all(numbers)
    return {f"{found[1]}{{{found[2] or ''}}}": float(found[3]) for found in numbers if found}


def detection(state: State, label: str = "siren") -> Detection:
    """A state of an event."""
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


def take(metrics: Metrics, status: Status = NOW) -> None:
    """Take one set of metrics."""
    with metrics:
        metrics.tick(status)


def test_what_was_counted_is_told_in_base_units(make_metrics: MakeMetrics, textfile: Path) -> None:
    """Samples become seconds; each label and each problem has its own number, from the start."""
    metrics = make_metrics(textfile=str(textfile))
    for state in (State.STARTED, State.CONFIRMED, State.ENDED, State.STARTED):
        metrics.count(detection(state))
    take(metrics, Status(queue_seconds=0.5, problems=(Problem.CLIPPING,)))
    told = shown(textfile)
    assert told["soundpost_heard_seconds_total{}"] == 2.0
    assert told["soundpost_dropped_seconds_total{}"] == 0.5
    assert told["soundpost_windows_total{}"] == 3
    assert told["soundpost_outbox_messages{}"] == 2
    assert told['soundpost_events_total{label="siren"}'] == 2
    assert told['soundpost_events_total{label="dog"}'] == 0
    assert told['soundpost_microphone_problem{problem="clipping"}'] == 1
    assert told['soundpost_microphone_problem{problem="backlog"}'] == 0
    assert told["soundpost_broker_connected{}"] == told["soundpost_clock_synced{}"] == 0
    assert told["soundpost_capture_queue_seconds{}"] == 0.5


def test_every_counter_of_health_is_told(make_metrics: MakeMetrics, textfile: Path) -> None:
    """Also one that is new there."""
    take(make_metrics(textfile=str(textfile)))
    told = {name.partition("{")[0] for name in shown(textfile)}
    renamed = {"samples", "dropped_samples", "messages_waiting"}
    for field in msgspec.structs.fields(Health):
        assert field.name in renamed or f"soundpost_{field.name}_total" in told


def test_names_are_as_prometheus_wants_them(make_metrics: MakeMetrics, textfile: Path) -> None:
    """Our prefix, a base unit at the end, `_total` for counters alone, one type and one help."""
    take(make_metrics(textfile=str(textfile)))
    text = textfile.read_text()
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    assert len(kinds) == len(re.findall(r"^# TYPE ", text, re.MULTILINE))
    assert list(kinds) == re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE)
    for name, kind in kinds.items():
        assert name.startswith("soundpost_")
        assert name.endswith("_total") == (kind == "counter")
        assert name in UNITLESS or name.endswith(UNITS), name


def test_the_file_is_replaced_whole(
    make_metrics: MakeMetrics, textfile: Path, clock: Clock, health: Health
) -> None:
    """Whoever has the old one open goes on reading the old one; nothing else is left beside it."""
    metrics = make_metrics(textfile=str(textfile), every_seconds=10.0)
    take(metrics)
    with textfile.open() as old:
        health.windows = 4
        clock.seconds += 9.0
        take(metrics)
        assert shown(textfile)["soundpost_windows_total{}"] == 3
        clock.seconds += 1.0
        take(metrics)
        assert "soundpost_windows_total 3\n" in old.read()
    assert shown(textfile)["soundpost_windows_total{}"] == 4
    assert [path.name for path in textfile.parent.iterdir()] == [textfile.name]


def test_node_exporter_may_read_it_whatever_the_umask(
    make_metrics: MakeMetrics, textfile: Path, private_umask: None
) -> None:
    """It is another user's, and nothing in it is a secret."""
    del private_umask
    take(make_metrics(textfile=str(textfile)))
    assert textfile.stat().st_mode & 0o777 == 0o644


def test_a_disk_that_takes_nothing_is_told_once(
    make_metrics: MakeMetrics, tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Listening goes on; when there is room again, so do the metrics."""
    path = tmp_path / "not yet" / "soundpost.prom"
    metrics = make_metrics(textfile=str(path))
    for _ in range(3):
        clock.seconds += 60.0
        take(metrics)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    path.parent.mkdir()
    clock.seconds += 60.0
    take(metrics)
    assert shown(path)


def test_a_place_that_lets_nothing_be_removed_either_costs_only_the_metrics(
    make_metrics: MakeMetrics, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As the disk does that systemd's ProtectSystem= makes read-only: clearing up fails as well."""
    (tmp_path / "a file").write_text("no folder")
    take(make_metrics(textfile=str(tmp_path / "a file" / "soundpost.prom")))
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_without_a_place_nothing_is_collected(
    make_metrics: MakeMetrics, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The default costs nothing and writes nothing."""
    monkeypatch.chdir(tmp_path)
    with make_metrics() as metrics:
        metrics.tick(NOW)
        assert metrics.endpoint is None
    assert not list(tmp_path.iterdir())


@given(st.text(), st.floats(allow_nan=False))
def test_any_text_stays_inside_its_quotes(text: str, value: float) -> None:
    """A label of any text gives one line, and the text can be had back."""
    told = render([Family("a", "gauge", "A.", (Sample(value, (("b", text),)),))])
    lines = told.split("\n")
    assert len(lines) == 4
    found = re.fullmatch(r'a\{b="((?:[^"\\]|\\.)*)"\} (\S+)', lines[2], re.DOTALL)
    assert found
    back = re.sub(r"\\(.)", lambda at: "\n" if at[1] == "n" else at[1], found[1])
    assert (back, float(found[2])) == (text, value)
