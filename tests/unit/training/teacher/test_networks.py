"""Networks that teach: runs of the same folds, and bundles."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest

from soundpost.classify import Classifier, load_bundle
from soundpost.classify.activation import softmax
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import Experiment, TeacherConfig, load_experiment
from soundpost_training.network.build import build_model
from soundpost_training.teacher import Student, teach
from soundpost_training.teacher.leakage import refuse_bundle
from soundpost_training.teacher.networks import BundleVoice
from soundpost_training.train.context import TrainingContext

pytestmark = pytest.mark.training

BUNDLE = Path(__file__).resolve().parents[4] / "models" / "esc10"


@pytest.fixture
def material(experiment_file: Path, tmp_path: Path, tones_at_home: Path) -> TrainingContext:
    """The tones, an experiment that two runs teach, and the networks of these runs."""
    assert tones_at_home.is_dir()
    with experiment_file.open("a", encoding="utf-8") as file:
        file.write('[teacher]\nruns = ["one", "two"]\npool_passes = 2\n')
    experiment = load_experiment(experiment_file)
    for seed, name in enumerate(("one", "two")):
        keep_run(experiment, tmp_path / "runs" / name / "fold2", seed)
    return TrainingContext.of(experiment, tmp_path / "cache", tmp_path / "runs")


def keep_run(experiment: Experiment, folder: Path, seed: int) -> None:
    """Leaves what a run leaves: a network that says something, and its experiment."""
    keras.utils.set_random_seed(seed)
    frames, bands = experiment.window.frames, experiment.features.mel_bands
    model = build_model(experiment.model, frames, bands, 3)
    rng = np.random.default_rng(seed)
    model.get_layer("logits").set_weights([rng.normal(size=(32, 3)), rng.normal(size=3)])
    folder.mkdir(parents=True)
    model.save(folder / "model.keras")
    named = msgspec.structs.replace(experiment, name=folder.parent.name)
    (folder / "experiment.json").write_bytes(msgspec.json.encode(named))


def student_of(material: TrainingContext, fold: int = 2) -> Student:
    """The student of an experiment that holds a fold out."""
    folder = material.fold_folder(fold)
    folder.mkdir(parents=True, exist_ok=True)
    return Student(material.experiment, material.dataset, folder, fold)


def test_a_student_is_told_the_mean_of_what_runs_say(
    material: TrainingContext, tmp_path: Path
) -> None:
    """Of the very example that it is shown, softened; of silence, that it is nothing."""
    student, pool = student_of(material), material.pool
    lessons = teach(pool, student)
    assert np.array_equal(lessons.examples, pool.usable(2))
    networks = [
        keras.saving.load_model(tmp_path / "runs" / name / "fold2" / "model.keras")
        for name in ("one", "two")
    ]
    shown = pool.shown(lessons.examples)[..., None]
    thought = [softmax(net.predict(shown, verbose=0).astype(np.float64) / 2.0) for net in networks]
    quiet = pool.drawn.clips[lessons.examples, 0] >= pool.bank.clips
    assert 0 < quiet.sum() < len(quiet)
    expected = np.where(quiet[:, None], 1 / 3, np.mean(thought, axis=0))
    np.testing.assert_allclose(lessons.told, expected, atol=5e-3)  # kept in half precision
    assert np.abs(thought[0] - thought[1]).max() > 0.1


def test_heads_on_yamnet_have_the_same_say_as_a_run(
    material: TrainingContext, shared_data: Path, tmp_path: Path
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
    experiment = msgspec.structs.replace(material.experiment, teacher=config)
    mixed = replace(material, experiment=experiment)
    lessons, pool = teach(mixed.pool, student_of(mixed)), mixed.pool
    heads = keras.saving.load_model(mixed.fold_folder(2) / "teacher.keras", compile=False)
    run = keras.saving.load_model(tmp_path / "runs" / "one" / "fold2" / "model.keras")
    loud = pool.drawn.clips[lessons.examples, 0] < pool.bank.clips
    heard = pool.heard[lessons.examples].astype(np.float32)
    said = heads.predict(heard, verbose=0).astype(np.float64)
    thought = run.predict(pool.shown(lessons.examples)[..., None], verbose=0).astype(np.float64)
    expected = (softmax(said / 2).mean(axis=1) + softmax(thought / 2)) / 2
    np.testing.assert_allclose(lessons.told[loud], expected[loud], atol=5e-3)


def test_lessons_are_learnt_once(material: TrainingContext, tmp_path: Path) -> None:
    """What was told before is taken from the folder, without the teachers."""
    first = teach(material.pool, student_of(material))
    (tmp_path / "runs" / "one" / "fold2" / "model.keras").unlink()
    again = teach(material.pool, student_of(material))
    assert np.array_equal(first.told, again.told)


def retrain(material: TrainingContext, name: str) -> None:
    """Puts another network in the place of a run's of fold 2."""
    shutil.rmtree(material.runs / name / "fold2")
    keep_run(material.experiment, material.runs / name / "fold2", seed=9)


def test_a_teacher_that_was_trained_anew_teaches_anew(
    material: TrainingContext, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it told before is not taken for what it tells; a student that has begun is refused."""
    student = student_of(material)
    first = teach(material.pool, student)
    retrain(material, "two")
    again = teach(material.pool, student)
    assert "told anew: the run two became another" in capsys.readouterr().err
    assert not np.array_equal(first.told, again.told)
    assert np.array_equal(teach(material.pool, student).told, again.told)
    (student.folder / "checkpoint").mkdir()
    (student.folder / "checkpoint" / "epoch00005.npz").touch()
    assert np.array_equal(teach(material.pool, student).told, again.told)
    retrain(material, "one")
    with pytest.raises(TrainingError, match="has learnt from lessons before the run one became"):
        teach(material.pool, student)


def test_lessons_from_before_their_teachers_were_recorded_are_believed(
    material: TrainingContext,
) -> None:
    """Nobody can tell whether a teacher became another since."""
    student = student_of(material)
    first = teach(material.pool, student)
    np.savez(student.folder / "lessons.npz", examples=first.examples, told=first.told)
    retrain(material, "two")
    assert np.array_equal(teach(material.pool, student).told, first.told)


def test_a_run_that_is_not_there_is_named(material: TrainingContext) -> None:
    """Fold 1 was held out by nobody: what to train is told."""
    with pytest.raises(TrainingError, match=r"teacher\.runs has one, but .*fold1") as caught:
        teach(material.pool, student_of(material, 1))
    assert "train the experiment one first" in caught.value.hint


def test_a_run_of_other_data_does_not_teach(material: TrainingContext, tmp_path: Path) -> None:
    """Its folds are others, so that it may have heard what the student holds out."""
    data = msgspec.structs.replace(material.experiment.data, kind="esc10")
    other = msgspec.structs.replace(material.experiment, name="two", data=data)
    kept = tmp_path / "runs" / "two" / "fold2" / "experiment.json"
    kept.write_bytes(msgspec.json.encode(other))
    with pytest.raises(TrainingError, match=r"the teacher two has another \[data\]"):
        teach(material.pool, student_of(material))


def test_a_damaged_experiment_of_a_run_is_refused(
    material: TrainingContext, tmp_path: Path
) -> None:
    """Without it nobody knows what the run has heard."""
    (tmp_path / "runs" / "one" / "fold2" / "experiment.json").write_text("{}", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"experiment\.json is no experiment"):
        teach(material.pool, student_of(material))


@pytest.fixture
def taught_by_bundle(material: TrainingContext) -> Callable[..., None]:
    """Whether a bundle may teach a student of ESC-10, with some things changed."""
    manifest = load_bundle(BUNDLE).manifest
    window = msgspec.structs.replace(material.experiment.window, frames=192)
    experiment = msgspec.structs.replace(material.experiment, window=window)
    dataset = replace(material.dataset, name="ESC-10", labels=tuple(reversed(manifest.label_names)))

    def allowed(heard: list[int], *, data: str = "ESC-10", fold: int = 2, sworn: bool) -> None:
        training = msgspec.structs.replace(manifest.training, folds=heard, data=data)
        bundle = msgspec.structs.replace(manifest, training=training)
        config = TeacherConfig(bundle=str(BUNDLE), bundle_never_heard_them=sworn)
        refuse_bundle(bundle, config, Student(experiment, dataset, Path(), fold))

    return allowed


def test_a_bundle_teaches_where_it_held_out_the_same_fold(
    taught_by_bundle: Callable[..., None],
) -> None:
    """Its manifest says on which folds it was trained; foreign data need a person's word."""
    taught_by_bundle([1, 3], sworn=False)
    taught_by_bundle([1, 2, 3], data="AudioSet", sworn=True)


@pytest.mark.parametrize("sworn", [False, True])
def test_a_bundle_that_heard_the_held_out_fold_is_refused(
    taught_by_bundle: Callable[..., None], *, sworn: bool
) -> None:
    """Nobody's word helps against its own manifest."""
    with pytest.raises(TrainingError, match="was trained on fold 2 of ESC-10, which its student"):
        taught_by_bundle([1, 2], sworn=sworn)


def test_a_bundle_of_other_data_is_refused_without_a_word(
    taught_by_bundle: Callable[..., None],
) -> None:
    """Its manifest cannot tell whether it heard these recordings under another name."""
    with pytest.raises(TrainingError, match="nobody can tell but you") as caught:
        taught_by_bundle([1], data="ESC-50", sworn=False)
    assert "bundle_never_heard_them" in caught.value.hint


def test_a_bundle_that_hears_otherwise_is_refused(material: TrainingContext) -> None:
    """Labels that it does not know are named."""
    manifest = load_bundle(BUNDLE).manifest
    config = TeacherConfig(bundle=str(BUNDLE), bundle_never_heard_them=True)
    with pytest.raises(TrainingError, match="does not know chirping_bird, high_tone, low_tone"):
        refuse_bundle(manifest, config, student_of(material))


def test_a_bundle_says_what_the_daemon_would_hear() -> None:
    """Its logits, in the student's order of labels, have the daemon's scores for a softmax."""
    bundle = load_bundle(BUNDLE)
    names = tuple(reversed(bundle.manifest.label_names))
    shape = (3, bundle.manifest.input.window_frames, 64)
    examples = np.random.default_rng(0).uniform(-6.9, 3.0, shape).astype(np.float32)
    said = BundleVoice(BUNDLE, names).logits(examples)
    expected = np.stack([Classifier(bundle).scores(one) for one in examples])[:, ::-1]
    scores = softmax(said.astype(np.float64) / bundle.manifest.output.temperature)
    np.testing.assert_allclose(scores, expected, atol=1e-6)
