"""A bundle is evaluated on a field folder, from the recordings to the figures."""

import csv
import os
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from soundpost.classify import Bundle, load_bundle
from soundpost.config import Config, DecideConfig
from soundpost.errors import ConfigError
from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.audioset.yamnet import YAMNET_MODEL
from soundpost_training.dataset.paths import data_folder
from soundpost_training.errors import DatasetError
from soundpost_training.field.score.evaluate import Case, evaluate_field
from soundpost_training.field.score.figures import FieldReport

ROOT = Path(__file__).resolve().parents[5]
LOW = DecideConfig(on_threshold=0.36, off_threshold=0.3, smoothing_windows=1, minimum_seconds=0.0)


def case(folder: Path, bundle: Bundle, label_map: LabelMap, decide: DecideConfig = LOW) -> Case:
    """Returns an evaluation without YAMNet."""
    return Case(folder, bundle, Config(decide=decide), None, label_map, "a test")


def test_the_figures_of_a_tiny_field_are_complete(
    folder: Path, tiny_bundle: Bundle, label_map: LabelMap
) -> None:
    """Every label, kind and group, the hours, and what could not be scored."""
    report = evaluate_field(case(folder, tiny_bundle, label_map))
    (shipped,) = report.methods
    assert [label.label for label in shipped.labels] == ["hiss", "hum", "hush"]
    assert [label.recall.total for label in shipped.labels] == [2, 1, 0]
    assert [kind.kind for kind in shipped.kinds] == ["kitchen", "wind"]
    assert [group.labels for group in shipped.groups] == [["hiss"]]
    assert report.annotated_hours == pytest.approx(20 / 3600)
    assert report.negative_hours == pytest.approx(20 / 3600)
    by_label = sum(label.false_events.count for label in shipped.labels)
    by_kind = sum(kind.false_events.count for kind in shipped.kinds)
    assert by_label == by_kind == shipped.false_events.count > 0
    assert set(report.curves) == {"hiss", "hum"}
    assert "never annotated, so without recall: hush" in report.notes
    assert msgspec.json.decode(msgspec.json.encode(report), type=FieldReport) == report


def test_labels_that_cannot_be_scored_are_named(
    folder: Path, tiny_bundle: Bundle, label_map: LabelMap
) -> None:
    """Those that the bundle lacks, and those that are off, with their annotated sounds."""
    with (folder / "annotations.csv").open("a") as table:
        table.write("street/gate.wav,dog_bark,3,4\nstreet/gate.wav,spray,8.5,9.5\n")
    off = msgspec.structs.replace(LOW, exclude=["hum"])
    report = evaluate_field(case(folder, tiny_bundle, label_map, off))
    assert [label.recall.total for label in report.methods[0].labels] == [3, 0]
    assert "annotated, but the bundle has no such label: bark (1)" in report.notes
    assert "annotated, but off in the bundle or in the settings: hum (1)" in report.notes


def test_settings_of_a_user_apply(folder: Path, tiny_bundle: Bundle, label_map: LabelMap) -> None:
    """A threshold that nothing reaches finds nothing; a label that is not there is refused."""
    deaf = DecideConfig(on_threshold=1.0, unknown=True)
    (shipped,) = evaluate_field(case(folder, tiny_bundle, label_map, deaf)).methods
    assert (shipped.recall, shipped.false_events.count, shipped.delay.detected) == (0.0, 0, 0)
    assert (shipped.false_events.high or 0.0) > 0.0
    with pytest.raises(ConfigError, match="there is no label 'dgo'"):
        evaluate_field(case(folder, tiny_bundle, label_map, DecideConfig(include=["dgo"])))


def test_an_absent_peer_is_an_error_with_a_way_out(
    tmp_path: Path, folder: Path, tiny_bundle: Bundle, label_map: LabelMap
) -> None:
    """Not a report without it."""
    absent = Case(folder, tiny_bundle, Config(), tmp_path / "no.tflite", label_map, "a test")
    with pytest.raises(DatasetError, match=r"no\.tflite") as refused:
        evaluate_field(absent)
    assert "--no-peer" in refused.value.hint


@pytest.mark.skipif(
    not (data_folder("esc50").is_dir() and data_folder(YAMNET_MODEL).is_file()),
    reason=f"needs esc50 and yamnet in SOUNDPOST_DATA ({os.environ.get('SOUNDPOST_DATA')})",
)
def test_a_shipped_bundle_finds_real_cries_beside_yamnet(tmp_path: Path) -> None:
    """A clip between pauses is found about two seconds after its onset; YAMNet finds it, too."""
    clip = _clip_of_fold_5("crying_baby")
    noise = np.random.default_rng(1).normal(0.0, 8.0, 5 * 16_000).astype(np.int16)
    sound = np.concatenate([noise, clip, noise])
    soundfile.write(tmp_path / "cot.flac", sound, 16_000)
    (tmp_path / "annotations.csv").write_text(
        "file,label,onset,offset\ncot.flac,crying_baby,5,10\n"
    )
    kitchen = tmp_path / "negatives" / "kitchen"
    kitchen.mkdir(parents=True)
    soundfile.write(kitchen / "tap.flac", np.concatenate([noise, noise]), 16_000)
    bundle = load_bundle(ROOT / "training" / "proofs" / "esc50" / "esc50-fold5")
    yamnet = data_folder(YAMNET_MODEL)
    report = evaluate_field(Case(tmp_path, bundle, Config(), yamnet, read_label_map(), "a test"))
    shipped, shared, usual, equal = report.methods
    (ours,) = (label for label in shipped.labels if label.label == "crying_baby")
    assert (ours.group, ours.recall.count, ours.recall.total) == ("people", 1, 1)
    assert 0.4 < ours.delay.median_seconds < 4.0
    assert len(shared.labels) == len(usual.labels) == len(equal.labels) < len(shipped.labels)
    assert (usual.thresholds, equal.recall) == ("all at 0.5", 1.0)
    curve = report.curves["crying_baby"]
    assert [point.recall.count for point in curve] == sorted(
        (point.recall.count for point in curve), reverse=True
    )


def _clip_of_fold_5(category: str) -> np.ndarray:
    folder = data_folder("esc50")
    with (folder / "esc50.csv").open() as table:
        row = next(
            row
            for row in csv.DictReader(table)
            if row["fold"] == "5" and row["category"] == category
        )
    path = (folder / "audio" / row["filename"]).with_suffix(".flac")
    samples: np.ndarray = soundfile.read(path, dtype="int16")[0]
    return samples
