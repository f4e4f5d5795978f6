"""The metrics that are collected: names, labels, kinds and values (docs/METRICS.md)."""

import msgspec
import numpy as np

from soundpost.events import Scores, Window
from soundpost.health import Health, Problem, Status
from soundpost.messages import ModelIdentity
from soundpost.metrics import InferenceTimer, MetricSources
from soundpost.metrics.collectors import collect
from soundpost.metrics.exposition import Metric

from .conftest import STATUS

UNITS = ("seconds", "bytes", "celsius", "info")
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
NAMES_OF_THEIR_OWN = {
    "samples": "soundpost_heard_seconds_total",
    "dropped_samples": "soundpost_dropped_seconds_total",
    "messages_waiting": "soundpost_outbox_messages",
}
"""Counters of health whose metric is not called `soundpost_NAME_total`."""


def samples(metrics: list[Metric]) -> dict[str, float]:
    """Returns the values by name and labels, as `name{label=value}`."""
    return {
        f"{sample.name}{{{','.join(f'{key}={text}' for key, text in sample.labels.items())}}}": (
            sample.value
        )
        for metric in metrics
        for sample in metric.samples
    }


def test_values_are_in_base_units(sources: MetricSources) -> None:
    """Samples become seconds; each label and each problem has its own value from the start."""
    status = Status(queue_seconds=0.5, problems=(Problem.CLIPPING,))
    sources = msgspec.structs.replace(sources, clock=lambda: "untrusted")
    values = samples(list(collect(sources, {"dog": 0, "siren": 2}, status)))
    assert values["soundpost_heard_seconds_total{}"] == 2.0
    assert values["soundpost_dropped_seconds_total{}"] == 0.5
    assert values["soundpost_windows_total{}"] == 3
    assert values["soundpost_outbox_messages{}"] == 2
    assert values["soundpost_events_total{label=siren}"] == 2
    assert values["soundpost_events_total{label=dog}"] == 0
    assert values["soundpost_microphone_problem{problem=clipping}"] == 1
    assert values["soundpost_microphone_problem{problem=backlog}"] == 0
    assert values["soundpost_broker_connected{}"] == values["soundpost_clock_synced{}"] == 0
    assert values["soundpost_capture_queue_seconds{}"] == 0.5


def test_every_counter_of_health_has_a_metric(sources: MetricSources) -> None:
    """A counter that is new there has one at once."""
    names = {name.partition("{")[0] for name in samples(list(collect(sources, {}, STATUS)))}
    for field in msgspec.structs.fields(Health):
        assert NAMES_OF_THEIR_OWN.get(field.name, f"soundpost_{field.name}_total") in names


def test_names_labels_and_kinds_stay_as_they_are(sources: MetricSources) -> None:
    """Dashboards and alerts of users depend on them."""
    metrics = {metric.name: metric for metric in collect(sources, {"dog": 0}, STATUS)}
    labelled = {
        name: (metric.type, set(metric.samples[0].labels))
        for name, metric in metrics.items()
        if metric.samples[0].labels and "temperature" not in name and "throttled" not in name
    }
    assert labelled == {
        "soundpost_info": ("gauge", {"version", "model", "model_version"}),
        "soundpost_classify_seconds": ("histogram", {"le"}),
        "soundpost_events": ("counter", {"label"}),
        "soundpost_microphone_problem": ("gauge", {"problem"}),
    }
    bounds = [sample.labels.get("le") for sample in metrics["soundpost_classify_seconds"].samples]
    assert bounds[:3] == ["0.0002", "0.0005", "0.001"]
    assert bounds[-4:] == ["1", "+Inf", None, None]


def test_names_follow_the_rules_of_prometheus(sources: MetricSources) -> None:
    """Our prefix, a base unit at the end, one kind and one help text for each name.

    prometheus_client adds `_total` to the name of a counter.
    """
    metrics = list(collect(sources, {}, STATUS))
    names = [metric.name for metric in metrics]
    assert len(names) == len(set(names))
    for metric in metrics:
        assert metric.name.startswith("soundpost_")
        assert metric.documentation
        is_counter = metric.type == "counter"
        assert is_counter or metric.name in UNITLESS or metric.name.endswith(UNITS), metric.name


def test_each_of_several_models_has_its_inference_times(sources: MetricSources) -> None:
    """One alone has them without a label, as dashboards have them."""
    everyday = sources.models[0]
    birds = msgspec.structs.replace(
        everyday,
        model=ModelIdentity(id="birds", version="2.4.0", sha256="7a" * 32),
        inference_timer=InferenceTimer(lambda window: Scores(window, np.zeros(1, np.float32))),
    )
    window = Window(0, 1, np.zeros((1, 1), np.float32), -20.0, 0)
    birds.inference_timer.classify(window)
    both = msgspec.structs.replace(sources, models=[everyday, birds])
    values = samples(list(collect(both, {}, STATUS)))
    assert values["soundpost_classify_seconds_count{model=esc50}"] == 0
    assert values["soundpost_classify_seconds_count{model=birds}"] == 1
    infos = [name for name in values if name.startswith("soundpost_info")]
    assert [("model=birds" in name, "model=esc50" in name) for name in infos] == [
        (False, True),
        (True, False),
    ]
    alone = samples(list(collect(sources, {}, STATUS)))
    assert "soundpost_classify_seconds_count{}" in alone
