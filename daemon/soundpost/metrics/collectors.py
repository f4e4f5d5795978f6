"""What the daemon has counted, as metrics."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from soundpost.health import Health, Problem
from soundpost.metrics.family import Family, Sample

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
"""Counted in samples; base units are seconds."""


def counters(health: Health, sample_rate_hz: int) -> Iterator[Family]:
    """Every counter of `Health`: one that is new there is told here at once."""
    for field in msgspec.structs.fields(Health):
        value = getattr(health, field.name)
        if field.name in _GAUGES:
            name, text = _GAUGES[field.name]
            yield Family(name, "gauge", text, (Sample(value),))
        elif field.name in _SAMPLES:
            name, text = _SAMPLES[field.name]
            yield Family(name, "counter", text, (Sample(value / sample_rate_hz),))
        else:
            text = f"The counter {field.name} of health, see PAYLOAD.md."
            yield Family(f"soundpost_{field.name}_total", "counter", text, (Sample(value),))


def events(started: Mapping[str, int]) -> Family:
    """How many events of each label have started."""
    samples = (Sample(count, (("label", label),)) for label, count in started.items())
    text = "Events that have started, by label."
    return Family("soundpost_events_total", "counter", text, tuple(samples))


def problems(now: Sequence[Problem]) -> Family:
    """What is wrong with the microphone: 1 for what is."""
    samples = (Sample(problem in now, (("problem", problem),)) for problem in Problem)
    text = "Whether this is wrong with the microphone."
    return Family("soundpost_microphone_problem", "gauge", text, tuple(samples))
