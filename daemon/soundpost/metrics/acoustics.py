"""Collects the acoustic figures of the last minute."""

from collections.abc import Iterator

from soundpost.messages.acoustics import AcousticsMessage
from soundpost.metrics.exposition import GaugeMetricFamily, Metric

_LEVELS = ("leq", "laeq", "laf10", "laf50", "laf90", "lafmax")
_INDICES = ("aci", "ndsi", "bi")


def acoustics(message: AcousticsMessage | None) -> Iterator[Metric]:
    """Yields levels and indices; nothing without figures, and no sample of a missing one."""
    if message is None:
        return
    levels = GaugeMetricFamily(
        "soundpost_sound_level_db",
        "Sound levels of the last minute, see ACOUSTICS.md.",
        labels=["level", "reference"],
    )
    for level in _LEVELS:
        if (level_db := getattr(message, f"{level}_db")) is not None:
            levels.add_metric([level, message.level_reference], level_db)
    indices = GaugeMetricFamily(
        "soundpost_acoustic_index",
        "Acoustic indices of the last minute, see ACOUSTICS.md.",
        labels=["index"],
    )
    for index in _INDICES:
        if (value := getattr(message, index)) is not None:
            indices.add_metric([index], value)
    yield from (levels, indices)
