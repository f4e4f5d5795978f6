"""Accuracy of teachers on a held-out fold."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest

from soundpost.classify.activation import softmax
from soundpost_training.cli import main
from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.errors import TrainingError
from soundpost_training.teacher.accuracy import evaluate_teachers
from soundpost_training.teacher.soft_labels import teach
from soundpost_training.teacher.yamnet_embedding import build_embedding
from soundpost_training.train.context import TrainingContext

pytestmark = pytest.mark.training

TEACHER = """
[teacher]
weights = "{weights}"
layers = [2, 3]
pool_passes = 2
head_units = 8
head_epochs = 1
"""


@pytest.mark.slow
def test_teachers_are_evaluated_on_the_held_out_fold(
    first: TrainingContext, second: TrainingContext
) -> None:
    """Clips count by the mean of their windows, and all heads have an equal weight."""
    teach(first.pool, first.student(2))
    teach(second.pool, second.student(2))
    config, clips = second.experiment.teacher, second.dataset.in_folds([2])
    assert config is not None
    windows, owners = windows_of_clips(second.features, clips, second.experiment.window)
    embedding = build_embedding(Path(str(config.weights)), config.layers, *windows.shape[1:])
    features = embedding.predict(windows[..., None], verbose=0)
    features = features.astype(np.float16).astype(np.float32)
    scores = np.mean(
        [
            softmax(heads.predict(features, verbose=0).astype(np.float64) / 2.0).mean(axis=1)
            for heads in (
                keras.saving.load_model(context.fold_folder(2) / "teacher.keras", compile=False)
                for context in (first, second)
            )
        ],
        axis=0,
    )
    truth = np.array(second.dataset.targets())[clips]
    of_clips = [scores[owners == place].mean(axis=0).argmax() for place in range(len(clips))]
    accuracy = evaluate_teachers(second.student(2), second.features)
    assert accuracy.windows == np.mean(scores.argmax(axis=1) == truth[owners])
    assert accuracy.clips == np.mean(np.array(of_clips) == truth)


def test_teachers_of_a_student_of_all_folds_are_not_evaluated(first: TrainingContext) -> None:
    """They were trained on every clip."""
    with pytest.raises(TrainingError, match="on a fold that they were not trained on") as caught:
        evaluate_teachers(first.student(None), first.features)
    assert "name a fold" in caught.value.hint


@pytest.mark.usefixtures("tones_at_home")
def test_teach_prints_the_accuracy_of_a_fold(
    shared_data: Path, experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only of a fold that is given, before any student is trained."""
    with experiment_file.open("a", encoding="utf-8") as file:
        file.write(TEACHER.format(weights=shared_data / "yamnet" / "yamnet_weights.tflite"))
    places = ["--runs", str(tmp_path / "runs"), "--cache", str(tmp_path / "cache")]
    arguments = ["teach", "--config", str(experiment_file), *places]
    assert main(arguments) == 0
    assert "fold" not in capsys.readouterr().out
    assert main([*arguments, "--fold", "2"]) == 0
    output = " ".join(capsys.readouterr().out.split())
    assert re.search(r"fold 2, which .*: .*[\d.]+% of .*clips, .*[\d.]+% of .*windows", output)
    assert main([*arguments, "--fold", "9"]) == 1
    assert "9" in capsys.readouterr().err
