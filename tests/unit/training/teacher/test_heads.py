"""Heads of other runs as teachers."""

from dataclasses import replace

import keras
import msgspec
import numpy as np
import pytest

from soundpost.classify.activation import softmax
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.teacher.soft_labels import teach
from soundpost_training.train.context import TrainingContext

pytestmark = pytest.mark.training


def test_heads_of_another_run_have_the_weight_of_ones_own(
    first: TrainingContext, second: TrainingContext
) -> None:
    """Both score the student's own examples, and the soft labels are the mean."""
    teach(first.pool, first.student(2))
    soft_labels, pool = teach(second.pool, second.student(2)), second.pool
    embeddings = pool.embeddings[soft_labels.examples].astype(np.float32)
    logits = [
        keras.saving.load_model(context.fold_folder(2) / "teacher.keras", compile=False)
        .predict(embeddings, verbose=0)
        .astype(np.float64)
        for context in (first, second)
    ]
    labelled = pool.drawn.clips[soft_labels.examples, 0] < pool.sound_bank.clips
    expected = np.mean([softmax(teacher / 2).mean(axis=1) for teacher in logits], axis=0)
    np.testing.assert_allclose(soft_labels.scores[labelled], expected[labelled], atol=5e-3)
    assert np.abs(logits[0] - logits[1]).max() > 0.1


def test_missing_heads_are_named(second: TrainingContext) -> None:
    """The hint names what to train."""
    with pytest.raises(TrainingError, match=r"teacher\.heads_of has first, but .*fold2") as caught:
        teach(second.pool, second.student(2))
    assert "train the experiment first first" in caught.value.hint


def test_heads_on_other_layers_do_not_teach(
    first: TrainingContext, second: TrainingContext
) -> None:
    """They would get another embedding than they were fitted on."""
    teach(first.pool, first.student(2))
    assert second.experiment.teacher is not None
    config = msgspec.structs.replace(second.experiment.teacher, layers=(1, 3))
    other = replace(second, experiment=msgspec.structs.replace(second.experiment, teacher=config))
    with pytest.raises(TrainingError, match="the heads of first are on other layers"):
        teach(other.pool, other.student(2))


def test_heads_of_another_data_set_do_not_teach(
    first: TrainingContext, second: TrainingContext
) -> None:
    """Its folds are others, so that they may have been fitted on the held-out clips."""
    teach(first.pool, first.student(2))
    data = msgspec.structs.replace(first.experiment.data, kind="esc10")
    other = msgspec.structs.replace(first.experiment, data=data)
    (first.fold_folder(2) / "experiment.json").write_bytes(msgspec.json.encode(other))
    with pytest.raises(TrainingError, match=r"the teacher first has another \[data\]"):
        teach(second.pool, second.student(2))


def test_heads_of_others_need_an_embedding() -> None:
    """Without layers there is no input for them."""
    with pytest.raises(ValueError, match="heads_of needs the weights and layers"):
        TeacherConfig(heads_of=("first",), runs=("one",))
