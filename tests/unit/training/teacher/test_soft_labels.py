"""Soft labels that runs and heads give to a student."""

import shutil
from dataclasses import replace
from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest

from soundpost.classify.activation import softmax
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.load import load_experiment
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.network.build import build_model
from soundpost_training.teacher.soft_labels import teach
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.prepare_context import prepare_context

pytestmark = pytest.mark.training


@pytest.fixture
def context(experiment_file: Path, tmp_path: Path, tones_at_home: Path) -> TrainingContext:
    """The tones, an experiment that two runs teach, and the networks of these runs."""
    assert tones_at_home.is_dir()
    with experiment_file.open("a", encoding="utf-8") as file:
        file.write('[teacher]\nruns = ["one", "two"]\npool_passes = 2\n')
    experiment = load_experiment(experiment_file)
    for seed, name in enumerate(("one", "two")):
        save_run(experiment, tmp_path / "runs" / name / "fold2", seed)
    return prepare_context(experiment, tmp_path / "cache", tmp_path / "runs")


def save_run(experiment: Experiment, folder: Path, seed: int) -> None:
    """Saves the files of a run: a network with random logits, and its experiment."""
    keras.utils.set_random_seed(seed)
    frames, bands = experiment.window.frames, experiment.features.mel_bands
    model = build_model(experiment.model, frames, bands, 3)
    rng = np.random.default_rng(seed)
    model.get_layer("logits").set_weights([rng.normal(size=(32, 3)), rng.normal(size=3)])
    folder.mkdir(parents=True)
    model.save(folder / "model.keras")
    named = msgspec.structs.replace(experiment, name=folder.parent.name)
    (folder / "experiment.json").write_bytes(msgspec.json.encode(named))


def test_soft_labels_are_the_mean_scores_of_the_runs(
    context: TrainingContext, tmp_path: Path
) -> None:
    """They are of the student's own examples, softened; silence has a uniform label."""
    pool = context.pool
    soft_labels = teach(pool, context.student(2))
    assert np.array_equal(soft_labels.examples, pool.usable(2))
    networks = [
        keras.saving.load_model(tmp_path / "runs" / name / "fold2" / "model.keras")
        for name in ("one", "two")
    ]
    log_mel = pool.log_mel(soft_labels.examples)[..., None]
    scores = [
        softmax(network.predict(log_mel, verbose=0).astype(np.float64) / 2.0)
        for network in networks
    ]
    quiet = pool.drawn.clips[soft_labels.examples, 0] >= pool.sound_bank.clips
    assert 0 < quiet.sum() < len(quiet)
    expected = np.where(quiet[:, None], 1 / 3, np.mean(scores, axis=0))
    np.testing.assert_allclose(soft_labels.scores, expected, atol=5e-3)  # half precision
    assert np.abs(scores[0] - scores[1]).max() > 0.1


@pytest.mark.slow
def test_heads_on_yamnet_have_the_weight_of_a_run(
    context: TrainingContext, shared_data: Path, tmp_path: Path
) -> None:
    """Of two teachers, each counts half, however many heads one has."""
    config = TeacherConfig(
        weights=str(shared_data / "yamnet" / "yamnet_weights.tflite"),
        layers=(1, 2),
        runs=("one",),
        pool_passes=1,
        head_units=8,
        head_epochs=1,
    )
    experiment = msgspec.structs.replace(context.experiment, teacher=config)
    mixed = replace(context, experiment=experiment)
    pool = mixed.pool
    soft_labels = teach(pool, mixed.student(2))
    heads = keras.saving.load_model(mixed.fold_folder(2) / "teacher.keras", compile=False)
    run = keras.saving.load_model(tmp_path / "runs" / "one" / "fold2" / "model.keras")
    labelled = pool.drawn.clips[soft_labels.examples, 0] < pool.sound_bank.clips
    embeddings = pool.embeddings[soft_labels.examples].astype(np.float32)
    of_heads = heads.predict(embeddings, verbose=0).astype(np.float64)
    log_mel = pool.log_mel(soft_labels.examples)[..., None]
    of_run = run.predict(log_mel, verbose=0).astype(np.float64)
    expected = (softmax(of_heads / 2).mean(axis=1) + softmax(of_run / 2)) / 2
    np.testing.assert_allclose(soft_labels.scores[labelled], expected[labelled], atol=5e-3)


def test_soft_labels_are_made_once(context: TrainingContext, tmp_path: Path) -> None:
    """They are read from the folder later, without the teachers."""
    first = teach(context.pool, context.student(2))
    (tmp_path / "runs" / "one" / "fold2" / "model.keras").unlink()
    again = teach(context.pool, context.student(2))
    assert np.array_equal(first.scores, again.scores)


def retrain(context: TrainingContext, name: str) -> None:
    """Replaces the network of a run's fold 2 by another."""
    shutil.rmtree(context.runs / name / "fold2")
    save_run(context.experiment, context.runs / name / "fold2", seed=9)


def test_a_retrained_teacher_teaches_anew(
    context: TrainingContext, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its old soft labels are replaced; a student that has trained on them is refused."""
    student = context.student(2)
    first = teach(context.pool, student)
    retrain(context, "two")
    again = teach(context.pool, student)
    assert "made anew after a change of the run two" in capsys.readouterr().err
    assert not np.array_equal(first.scores, again.scores)
    assert np.array_equal(teach(context.pool, student).scores, again.scores)
    (student.folder / "checkpoint").mkdir()
    (student.folder / "checkpoint" / "epoch00005.npz").touch()
    assert np.array_equal(teach(context.pool, student).scores, again.scores)
    retrain(context, "one")
    with pytest.raises(TrainingError, match="from before a change of the run one"):
        teach(context.pool, student)


def test_soft_labels_without_recorded_teachers_are_accepted(context: TrainingContext) -> None:
    """They are from before teachers were recorded."""
    student = context.student(2)
    first = teach(context.pool, student)
    np.savez(student.folder / "lessons.npz", examples=first.examples, told=first.scores)
    retrain(context, "two")
    assert np.array_equal(teach(context.pool, student).scores, first.scores)


def test_a_missing_run_is_named(context: TrainingContext) -> None:
    """No run held out fold 1: the hint names what to train."""
    with pytest.raises(TrainingError, match=r"teacher\.runs has one, but .*fold1") as caught:
        teach(context.pool, context.student(1))
    assert "train the experiment one first" in caught.value.hint


def test_a_run_of_other_data_does_not_teach(context: TrainingContext, tmp_path: Path) -> None:
    """Its folds are others, so that it may have been trained on the held-out clips."""
    data = msgspec.structs.replace(context.experiment.data, kind="esc10")
    other = msgspec.structs.replace(context.experiment, name="two", data=data)
    stored = tmp_path / "runs" / "two" / "fold2" / "experiment.json"
    stored.write_bytes(msgspec.json.encode(other))
    with pytest.raises(TrainingError, match=r"the teacher two has another \[data\]"):
        teach(context.pool, context.student(2))


def test_a_damaged_experiment_of_a_run_is_refused(context: TrainingContext, tmp_path: Path) -> None:
    """Without it the data of the run are unknown."""
    (tmp_path / "runs" / "one" / "fold2" / "experiment.json").write_text("{}", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"experiment\.json is no experiment"):
        teach(context.pool, context.student(2))
