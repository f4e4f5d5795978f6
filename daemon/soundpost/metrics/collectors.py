"""Collects metrics from the counters, the events, the problems and the machine."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from soundpost import __version__
from soundpost.health import Health, Problem, Status
from soundpost.metrics.acoustics import acoustics
from soundpost.metrics.exposition import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from soundpost.metrics.host import process, temperatures, throttling
from soundpost.metrics.sources import MetricSources, Model, TimedModel

_GAUGES = {
    "messages_waiting": (
        "soundpost_outbox_messages",
        "Detection messages that the broker has not acknowledged yet.",
    ),
}
_SAMPLES = {
    "samples": ("soundpost_heard_seconds_total", "Sound that was captured."),
    "dropped_samples": ("soundpost_dropped_seconds_total", "Sound that was lost on the way in."),
}
"""Counted in samples; the base unit of Prometheus is the second."""


def collect(sources: MetricSources, started: Mapping[str, int], status: Status) -> Iterator[Metric]:
    """Yields the complete set of metrics.

    Args:
        sources: The parts of the daemon that count.
        started: Number of events that have started, by series: a label, or a group of labels.
        status: The present state of the daemon.
    """
    yield info([timed.model for timed in sources.models])
    yield from counters(sources.health, sources.sample_rate_hz)
    yield inference_times(sources.models)
    yield events(started)
    yield problems(status.problems)
    yield GaugeMetricFamily(
        "soundpost_broker_connected", "Whether the broker is reached.", status.is_connected
    )
    yield GaugeMetricFamily(
        "soundpost_clock_synced",
        "Whether the wall clock can be believed.",
        sources.clock() == "synced",
    )
    yield GaugeMetricFamily(
        "soundpost_capture_queue_seconds",
        "Sound that waits for the pipeline.",
        status.queue_seconds,
    )
    yield from acoustics(sources.acoustics())
    yield from process()
    yield from temperatures()
    yield from throttling()


def info(models: Sequence[Model]) -> Metric:
    """Returns the versions of daemon and models, as labels of a gauge that is always 1."""
    labels = ["version", "model", "model_version"]
    metric = GaugeMetricFamily("soundpost_info", "What runs here; always 1.", labels=labels)
    for model in models:
        metric.add_metric([__version__, model.id, model.version], 1)
    return metric


def inference_times(models: Sequence[TimedModel]) -> Metric:
    """Returns the inference times; of several models with the label `model`, of one without."""
    labels = ["model"] if len(models) > 1 else []
    metric = HistogramMetricFamily(
        "soundpost_classify_seconds", "How long the model took for a window.", labels=labels
    )
    for timed in models:
        timer = timed.inference_timer
        metric.add_metric([timed.model.id][: len(labels)], timer.buckets(), timer.sum_seconds)
    return metric


def counters(health: Health, sample_rate_hz: int) -> Iterator[Metric]:
    """Yields every counter of `Health`; a new counter there needs no change here."""
    for field in msgspec.structs.fields(Health):
        value = getattr(health, field.name) or 0  # some are left out of messages while they are 0
        if field.name in _GAUGES:
            yield GaugeMetricFamily(*_GAUGES[field.name], value)
        elif field.name in _SAMPLES:
            yield CounterMetricFamily(*_SAMPLES[field.name], value / sample_rate_hz)
        else:
            text = f"The counter {field.name} of health, see PAYLOAD.md."
            yield CounterMetricFamily(f"soundpost_{field.name}_total", text, value)


def events(started: Mapping[str, int]) -> Metric:
    """Returns the number of events that have started, by label or by group of labels."""
    text = "Events that have started, by label."
    metric = CounterMetricFamily("soundpost_events_total", text, labels=["label"])
    for label, count in started.items():
        metric.add_metric([label], count)
    return metric


def problems(present: Sequence[Problem]) -> Metric:
    """Returns 1 for each present problem of the microphone, and 0 for each other one."""
    text = "Whether this is wrong with the microphone."
    metric = GaugeMetricFamily("soundpost_microphone_problem", text, labels=["problem"])
    for problem in Problem:
        metric.add_metric([problem], problem in present)
    return metric
