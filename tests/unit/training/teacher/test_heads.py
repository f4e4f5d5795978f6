"""Heads that other runs were taught by teach as well."""

from dataclasses import replace
from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest

from soundpost.classify.activation import softmax
from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import TeacherConfig, load_experiment
from soundpost_training.teacher import Student, judge_teachers, teach
from soundpost_training.teacher.yamnet_embedding import build_embedding
from soundpost_training.train.context import TrainingContext

pytestmark = pytest.mark.training


@pytest.fixture
def first(
    experiment_file: Path, tmp_path: Path, tones_at_home: Path, shared_data: Path
) -> TrainingContext:
    """The tones, and an experiment with heads of its own on two layers of YAMNet."""
    assert tones_at_home.is_dir()
    config = TeacherConfig(
        weights=str(shared_data / "yamnet" / "yamnet_weights.tflite"),
        layers=(1, 2),
        pool_passes=2,
        head_units=8,
        head_epochs=1,
    )
    experiment = msgspec.structs.replace(
        load_experiment(experiment_file), name="first", teacher=config
    )
    return TrainingContext.of(experiment, tmp_path / "cache", tmp_path / "runs")


def student_of(material: TrainingContext) -> Student:
    """The student of an experiment that holds fold 2 out."""
    return Student(material.experiment, material.dataset, material.claim(2), 2)


def second(first: TrainingContext, **changes: object) -> TrainingContext:
    """An experiment that hears other examples, and has the first one's heads teach as well."""
    assert first.experiment.teacher is not None
    config = msgspec.structs.replace(first.experiment.teacher, heads_of=("first",), **changes)
    experiment = msgspec.structs.replace(first.experiment, name="second", seed=9, teacher=config)
    return replace(first, experiment=experiment)


def test_heads_of_another_run_have_the_same_say_as_ones_own(first: TrainingContext) -> None:
    """Each is asked about the very example that the student is shown; their mean is told."""
    teach(first.pool, student_of(first))
    material = second(first)
    lessons, pool = teach(material.pool, student_of(material)), material.pool
    heard = pool.heard[lessons.examples].astype(np.float32)
    said = [
        keras.saving.load_model(one.fold_folder(2) / "teacher.keras", compile=False)
        .predict(heard, verbose=0)
        .astype(np.float64)
        for one in (first, material)
    ]
    loud = pool.drawn.clips[lessons.examples, 0] < pool.bank.clips
    expected = np.mean([softmax(one / 2).mean(axis=1) for one in said], axis=0)
    np.testing.assert_allclose(lessons.told[loud], expected[loud], atol=5e-3)
    assert np.abs(said[0] - said[1]).max() > 0.1


def test_heads_that_are_not_there_are_named(first: TrainingContext) -> None:
    """What to train is told."""
    material = second(first)
    with pytest.raises(TrainingError, match=r"teacher\.heads_of has first, but .*fold2") as caught:
        teach(material.pool, student_of(material))
    assert "train the experiment first first" in caught.value.hint


def test_heads_on_other_layers_do_not_teach(first: TrainingContext) -> None:
    """They would be given what they never learnt to hear."""
    teach(first.pool, student_of(first))
    material = second(first, layers=(1, 3))
    with pytest.raises(TrainingError, match="the heads of first are on other layers"):
        teach(material.pool, student_of(material))


def test_heads_of_another_data_set_do_not_teach(first: TrainingContext) -> None:
    """Their folds are others, so that they may have heard what the student holds out."""
    teach(first.pool, student_of(first))
    data = msgspec.structs.replace(first.experiment.data, kind="esc10")
    other = msgspec.structs.replace(first.experiment, data=data)
    kept = first.fold_folder(2) / "experiment.json"
    kept.write_bytes(msgspec.json.encode(other))
    material = second(first)
    with pytest.raises(TrainingError, match=r"the teacher first has another \[data\]"):
        teach(material.pool, student_of(material))


def test_heads_of_others_need_an_ear() -> None:
    """Without layers there is nothing that they could listen to."""
    with pytest.raises(ValueError, match="heads_of needs the weights and layers"):
        TeacherConfig(heads_of=("first",), runs=("one",))


def test_teachers_are_judged_by_what_they_never_heard(first: TrainingContext) -> None:
    """Of the held-out fold's clips by the mean of their windows, all heads having an equal say."""
    teach(first.pool, student_of(first))
    material = second(first)
    teach(material.pool, student_of(material))
    config, clips = material.experiment.teacher, material.dataset.in_folds([2])
    assert config is not None
    windows, owners = windows_of_clips(material.features, clips, material.experiment.window)
    ear = build_embedding(Path(str(config.weights)), config.layers, *windows.shape[1:])
    heard = ear.predict(windows[..., None], verbose=0).astype(np.float16).astype(np.float32)
    told = np.mean(
        [
            softmax(heads.predict(heard, verbose=0).astype(np.float64) / 2.0).mean(axis=1)
            for heads in (
                keras.saving.load_model(one.fold_folder(2) / "teacher.keras", compile=False)
                for one in (first, material)
            )
        ],
        axis=0,
    )
    truth = np.array(material.dataset.targets())[clips]
    of_clips = [told[owners == place].mean(axis=0).argmax() for place in range(len(clips))]
    judged = judge_teachers(student_of(material), material.features)
    assert judged.windows == np.mean(told.argmax(axis=1) == truth[owners])
    assert judged.clips == np.mean(np.array(of_clips) == truth)


def test_nobody_is_judged_by_what_all_have_heard(first: TrainingContext) -> None:
    """A student that holds nothing out has teachers that heard everything."""
    everything = Student(first.experiment, first.dataset, first.claim(None), None)
    with pytest.raises(TrainingError, match="judged by what they have not heard") as caught:
        judge_teachers(everything, first.features)
    assert "name a fold" in caught.value.hint
