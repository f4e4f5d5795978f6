"""Acoustic figures as metrics, beside those that are always there."""

import msgspec

from soundpost.acoustics.figures import MinuteFigures, Reason
from soundpost.acoustics.reference import LevelReference
from soundpost.messages import NodeName
from soundpost.messages.acoustics import acoustics_message
from soundpost.metrics import MetricSources
from soundpost.metrics.collectors import collect
from soundpost.metrics.exposition import Metric

from .conftest import STATUS

FIGURES = MinuteFigures(
    0,
    60.0,
    8_000,
    -40.0,
    -45.0,
    -42.0,
    -50.0,
    -60.0,
    -30.0,
    aci=300.0,
    missing={"ndsi": Reason.RATE_TOO_LOW, "bi": Reason.RATE_TOO_LOW},
)


def samples(metrics: list[Metric]) -> dict[tuple[str, ...], float]:
    """Returns the values of acoustic figures, by the values of their labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for metric in metrics
        for sample in metric.samples
        if sample.name.startswith(("soundpost_sound_level", "soundpost_acoustic"))
    }


def test_the_figures_of_the_last_minute_are_gauges(sources: MetricSources) -> None:
    """A missing one has no sample, because there is no number for it."""
    wire = acoustics_message(NodeName("north-gate"), FIGURES, LevelReference(), "synced")
    sources = msgspec.structs.replace(sources, acoustics=lambda: wire)
    level = "soundpost_sound_level_db"
    assert samples(list(collect(sources, {}, STATUS))) == {
        (level, "leq", "full_scale"): -40.0,
        (level, "laeq", "full_scale"): -45.0,
        (level, "laf10", "full_scale"): -42.0,
        (level, "laf50", "full_scale"): -50.0,
        (level, "laf90", "full_scale"): -60.0,
        (level, "lafmax", "full_scale"): -30.0,
        ("soundpost_acoustic_index", "aci"): 300.0,
    }


def test_without_figures_there_are_no_such_metrics(sources: MetricSources) -> None:
    """Neither if they are off, nor before the first minute."""
    assert samples(list(collect(sources, {}, STATUS))) == {}
