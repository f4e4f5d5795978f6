"""Runs a model over all recordings of a field folder, each on its own."""

from collections.abc import Sequence
from typing import NamedTuple

from soundpost.config import GateConfig
from soundpost.decide import Rule
from soundpost.errors import CaptureError
from soundpost.recording import problem_of
from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.recording import FieldSet
from soundpost_training.field.score.detect import detect_events
from soundpost_training.field.score.tally import Tally
from soundpost_training.field.score.threshold_sweep import ThresholdSweep
from soundpost_training.progress import bar
from soundpost_training.soundscape.detect.inference import SoundModel

NAMED = 3
"""Recordings that an error names."""


class FieldCounts(NamedTuple):
    """The counts with the model's own rules, and with every threshold of a sweep.

    Attributes:
        shipped: With the model's own rules.
        by_threshold: With each threshold.
        recordings: Number of recordings that were read.
        notes: A line for each recording that could not be read, or only in part.
    """

    shipped: Tally
    by_threshold: dict[float, Tally]
    recordings: int
    notes: tuple[str, ...]


def run_field(
    field_set: FieldSet,
    model: SoundModel,
    rules: Sequence[Rule],
    sweep: ThresholdSweep,
    gate: GateConfig | None = None,
) -> FieldCounts:
    """Runs the network once over each recording, and counts at all thresholds.

    A recording that cannot be read is left out: it must not cost the hours spent on the others.

    Args:
        field_set: The recordings.
        model: The model.
        rules: Its own rules.
        sweep: The labels and thresholds to count at as well.
        gate: The configuration of the gate; None for an open one.

    Raises:
        DatasetError: None of the recordings can be read.
    """
    gate = gate or GateConfig()
    shipped = Tally([rule.label for rule in rules])
    by_threshold = {threshold: Tally(sweep.labels) for threshold in sweep.thresholds}
    notes = []
    read = 0
    with bar() as progress:
        for recording in progress.track(field_set.recordings, description=f"{model.name} scores"):
            try:
                detected = detect_events(recording.path, model, gate, rules, sweep.rules)
            except CaptureError as error:
                notes.append(f"left out: {recording.name} {problem_of(recording.path, error)}")
                continue
            if detected.damage:
                notes.append(f"read as far as it goes: {recording.name}: {detected.damage}")
            read += 1
            own, swept = detected.events
            shipped.add(recording, detected.seconds, own)
            for threshold, events in sweep.split(swept).items():
                by_threshold[threshold].add(recording, detected.seconds, events)
    if not read:
        raise DatasetError(
            f"expected recordings that can be read in {field_set.folder}, got none of "
            f"{len(notes)}: " + "; ".join(notes[:NAMED]),
            hint="soundpost listen FILE tells what is wrong with one",
        )
    return FieldCounts(shipped, by_threshold, read, tuple(notes))
