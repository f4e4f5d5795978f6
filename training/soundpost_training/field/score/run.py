"""Runs a model over all recordings of a field folder, each on its own."""

from collections.abc import Sequence
from typing import NamedTuple

from soundpost.config import GateConfig
from soundpost.decide import Rule
from soundpost_training.field.recordings.recording import FieldSet
from soundpost_training.field.score.detect import detect_events
from soundpost_training.field.score.tally import Tally
from soundpost_training.field.score.threshold_sweep import ThresholdSweep
from soundpost_training.progress import bar
from soundpost_training.soundscape.detect.inference import SoundModel


class FieldCounts(NamedTuple):
    """The counts with the model's own rules, and with every threshold of a sweep."""

    shipped: Tally
    by_threshold: dict[float, Tally]


def run_field(
    field_set: FieldSet,
    model: SoundModel,
    rules: Sequence[Rule],
    sweep: ThresholdSweep,
    gate: GateConfig | None = None,
) -> FieldCounts:
    """Runs the network once over each recording, and counts at all thresholds.

    Args:
        field_set: The recordings.
        model: The model.
        rules: Its own rules.
        sweep: The labels and thresholds to count at as well.
        gate: The configuration of the gate; None for an open one.

    Raises:
        CaptureError: A recording cannot be read.
    """
    gate = gate or GateConfig()
    shipped = Tally([rule.label for rule in rules])
    by_threshold = {threshold: Tally(sweep.labels) for threshold in sweep.thresholds}
    with bar() as progress:
        for recording in progress.track(field_set.recordings, description=f"{model.name} scores"):
            detected = detect_events(recording.path, model, gate, rules, sweep.rules)
            own, swept = detected.events
            shipped.add(recording, detected.seconds, own)
            for threshold, events in sweep.split(swept).items():
                by_threshold[threshold].add(recording, detected.seconds, events)
    return FieldCounts(shipped, by_threshold)
