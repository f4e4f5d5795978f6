"""The network runs over every recording that can be read."""

from pathlib import Path

import pytest

from soundpost.classify import Bundle
from soundpost.config import DecideConfig
from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.field_set import read_field_set
from soundpost_training.field.score.evaluate import shipped_rules
from soundpost_training.field.score.label_names import build_vocabulary
from soundpost_training.field.score.run import FieldCounts, run_field
from soundpost_training.field.score.threshold_sweep import ThresholdSweep
from soundpost_training.soundscape.detect.models import BundleModel


def run(folder: Path, bundle: Bundle, label_map: LabelMap) -> FieldCounts:
    """Runs a bundle over a field folder."""
    field_set = read_field_set(folder, build_vocabulary(bundle.manifest.labels, label_map))
    rules = shipped_rules(bundle, DecideConfig())
    return run_field(field_set, BundleModel(bundle, "tiny"), rules, ThresholdSweep(rules))


def test_a_recording_that_cannot_be_read_does_not_cost_the_others(
    folder: Path, tiny_bundle: Bundle, label_map: LabelMap
) -> None:
    """It is named and counts no hours, and one that was cut off counts what it has."""
    whole = run(folder, tiny_bundle, label_map)
    assert (whole.recordings, whole.notes) == (4, ())
    (folder / "negatives" / "wind" / "roof.flac").write_bytes(b"no sound")
    yard = folder / "yard.flac"
    yard.write_bytes(yard.read_bytes()[:-20_000])
    counts = run(folder, tiny_bundle, label_map)
    assert counts.recordings == 3
    assert counts.shipped.negative_hours == pytest.approx(whole.shipped.negative_hours / 2)
    wind, yard_note = counts.notes
    assert wind.startswith("left out: negatives/wind/roof.flac ")
    assert yard_note.startswith("read as far as it goes: yard.flac: ")


def test_no_figures_are_made_of_nothing(
    folder: Path, tiny_bundle: Bundle, label_map: LabelMap
) -> None:
    """A report of 0 recordings would look like one without false events."""
    (folder / "annotations.csv").unlink()
    for path in folder.glob("negatives/*/*"):
        path.write_bytes(b"no sound")
    with pytest.raises(DatasetError, match=r"got none of 2: .*pans\.flac"):
        run(folder, tiny_bundle, label_map)
