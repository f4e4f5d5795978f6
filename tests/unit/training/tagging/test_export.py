"""The bundle of a tagging experiment, as the daemon loads it."""

import shlex
from pathlib import Path

import numpy as np
import pytest
from exported_experiment import Exported

from soundpost.classify import Classifier, load_bundle, replay_golden
from soundpost.manifest import MANIFEST_FILE, MODEL_FILE, log_mel_input, minimum_daemon
from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.runs.run_folder import TFLITE_FILE
from soundpost_training.tagging.context import TaggingContext
from soundpost_training.tagging.experiment import load_tagging_experiment
from soundpost_training.tagging.export import export_tagging, manifest_labels
from soundpost_training.tagging.prepare import prepare_tagging, targets_of
from soundpost_training.tagging.train import train_tagging

pytestmark = [pytest.mark.training, pytest.mark.timeout(600)]  # the export is of a whole experiment

LABELS = read_label_map()


@pytest.fixture
def context(
    exported: Exported, teacher_data: Path, monkeypatch: pytest.MonkeyPatch
) -> TaggingContext:
    """Provides the experiment with its examples, from the cache."""
    monkeypatch.setenv("SOUNDPOST_DATA", str(teacher_data))
    return prepare_tagging(load_tagging_experiment(exported.config), exported.folder / "cache")


def test_the_daemon_loads_the_bundle_and_replays_its_golden_vectors(exported: Exported) -> None:
    """The scores are those of a sigmoid: between 0 and 1, each for itself."""
    bundle = load_bundle(exported.bundle)
    classifier = Classifier(bundle)
    replay_golden(bundle, classifier)
    assert bundle.manifest.output.activation == "sigmoid"
    window = np.full((197, 64), -3.0, np.float32)
    scores = classifier.scores(window)
    assert scores.shape == (len(LABELS.names),)
    assert scores.min() >= 0.0
    assert scores.max() <= 1.0


def test_the_manifest_states_groups_speech_and_labels_that_are_off(exported: Exported) -> None:
    """As the label map has them, in the order of the network's outputs."""
    labels = load_bundle(exported.bundle).manifest.labels
    assert tuple(label.name for label in labels) == LABELS.names
    for label, mapped in zip(labels, LABELS.labels, strict=True):
        assert label.group == mapped.group
        assert label.off_by_default == (None if mapped.published else "context")
    assert [label.name for label in labels if label.speech] == ["speech"]
    classes = {label.name: label.device_class for label in labels if label.device_class}
    assert classes == {"smoke_alarm": "smoke", "glass_breaking": "glass_break"}
    assert {label.on_threshold for label in labels} == {0.5}


def test_the_manifest_states_where_the_bundle_is_from(exported: Exported) -> None:
    """Sources, licences, the command line, and the oldest daemon that understands it."""
    manifest = load_bundle(exported.bundle).manifest
    assert (manifest.id, manifest.version) == ("tiny", "0.1.0")
    assert manifest.training.data == "synthesis"
    assert manifest.training.licence == "free licences, listed in MODEL_CARD.md"
    assert manifest.training.command == shlex.join(["soundpost-train", *exported.command("export")])
    assert log_mel_input(manifest, "this test").window_frames == 197
    assert manifest.minimum_daemon == minimum_daemon(manifest.labels, streams=True)
    assert manifest.streaming is not None


def test_the_run_keeps_the_int8_model(exported: Exported) -> None:
    """The same bytes as in the bundle."""
    kept = exported.folder / "runs" / "tiny" / TFLITE_FILE
    assert kept.read_bytes() == (exported.bundle / MODEL_FILE).read_bytes()


def test_int8_scores_are_close_to_those_of_the_network(
    exported: Exported, context: TaggingContext
) -> None:
    """On the examples of the pool."""
    network = train_tagging(
        context.experiment,
        LABELS.names,
        context.pool.log_mel,
        np.zeros((1, len(LABELS.names)), np.float32),
        exported.folder / "runs" / "tiny",
    )
    examples = context.pool.log_mel[:8].astype(np.float32).reshape(8, 197, 64)
    logits = network.predict_on_batch(examples[..., None])
    classifier = Classifier(load_bundle(exported.bundle))
    scores = np.stack([classifier.scores(example) for example in examples])
    assert np.abs(scores - 1.0 / (1.0 + np.exp(-logits))).max() < 0.1


def test_targets_are_scores_of_all_labels(context: TaggingContext) -> None:
    """Made smoke alarms are recognised as such by the teachers, or by their labels."""
    targets = targets_of(context)
    assert targets.shape == (12, len(LABELS.names))
    assert targets.min() >= 0.0
    assert targets.max() <= 1.0
    recordings = context.waveforms.recordings
    firsts = context.pool.components.recordings[:, 0]
    alarms = ["smoke_alarm" in recordings[first].labels for first in firsts]
    column = targets[:, LABELS.names.index("smoke_alarm")]
    assert column[alarms].mean() > column[np.logical_not(alarms)].mean()


def test_labels_need_no_network() -> None:
    """The labels of a manifest follow from map and features; thresholds wait for calibration."""
    experiment = load_tagging_experiment(
        Path(__file__).resolve().parents[4] / "training" / "configs" / "everyday.toml"
    )
    labels = manifest_labels(LABELS, experiment)
    assert all(0.0 < label.off_threshold < label.on_threshold for label in labels)


def test_an_older_bundle_is_replaced(
    exported: Exported, context: TaggingContext, tmp_path: Path
) -> None:
    """Completely: a file that the new bundle does not have is gone."""
    older = tmp_path / "tiny"
    older.mkdir()
    (older / MANIFEST_FILE).touch()
    (older / "older.txt").touch()
    run = exported.folder / "runs" / "tiny"
    network = train_tagging(
        context.experiment,
        LABELS.names,
        context.pool.log_mel,
        np.zeros((1, len(LABELS.names)), np.float32),
        run,
    )
    assert export_tagging(context, network, run, tmp_path, "again") == older
    assert {path.name for path in older.iterdir()} == {
        path.name for path in exported.bundle.iterdir()
    }
    assert load_bundle(older).manifest.training.command == "again"
