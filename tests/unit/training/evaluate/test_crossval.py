"""Cross-validation, with int8 and without."""

import os
import re
from pathlib import Path

import keras
import numpy as np
import pytest

from soundpost_training.cli import main
from soundpost_training.dataset.clip import Dataset
from soundpost_training.errors import DatasetError
from soundpost_training.evaluate.accuracy import accuracy_among, summarize
from soundpost_training.evaluate.crossval import crossval_among
from soundpost_training.scoring.fold_scores import FoldScores

pytestmark = pytest.mark.training


def run(verb: str, experiment_file: Path, home: Path, *more: str) -> int:
    """The exit status of a verb that keeps everything under `home`."""
    places = ["--cache", str(home / "cache"), "--runs", str(home / "runs")]
    return main([verb, "--config", str(experiment_file), *places, *more])


def test_a_fold_without_clips_of_the_labels_does_not_count() -> None:
    """The accuracy among some labels is over the folds that have them."""
    dataset = Dataset("tones", (), ("low", "middle", "high"), "", "")
    scores = {
        fold: FoldScores(
            clips=np.arange(2),
            truth=np.array(truth),
            owners=np.arange(2),
            int8=np.eye(3, dtype=np.float32)[[0, 1]],
            real=np.eye(3, dtype=np.float32)[[0, 1]],
        )
        for fold, truth in ((1, (0, 1)), (2, (2, 2)), (3, (1, 0)))
    }
    among = crossval_among(dataset, scores, ("middle", "low"))
    assert among == summarize([accuracy_among([0, 1], fold, scores[fold]) for fold in (1, 3)])
    assert [fold.int8 for fold in among.folds] == [1.0, 0.0]
    for labels, message in ((("low", "fox"), "no label fox"), (("low",), "leaves nothing")):
        with pytest.raises(DatasetError, match=message):
            crossval_among(dataset, scores, labels)


@pytest.mark.usefixtures("tones_at_home")
def test_the_baseline_is_cross_validated_in_float(
    experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`crossval --arch boosting` prints an accuracy per fold, and computes it once."""
    assert run("crossval", experiment_file, tmp_path, "--arch", "boosting") == 0
    first = capsys.readouterr().out
    assert "a baseline has no int8" in first
    assert re.search(r"mean ± sd\D+[\d.]+%", first)
    stored = sorted((tmp_path / "runs" / "tiny-boosting").glob("fold*/float.json"))
    assert len(stored) == 3
    before = [path.stat().st_mtime_ns for path in stored]
    assert run("crossval", experiment_file, tmp_path, "--arch", "boosting") == 0
    assert capsys.readouterr().out == first
    assert [path.stat().st_mtime_ns for path in stored] == before


@pytest.mark.usefixtures("tones_at_home")
def test_the_baseline_has_no_more_folds_than_its_data(
    experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown fold is refused, and no run is begun."""
    assert run("train", experiment_file, tmp_path, "--arch", "boosting", "--fold", "9") == 1
    assert "has no fold 9" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("verb", ["export", "calibrate", "evaluate"])
@pytest.mark.usefixtures("tones_at_home")
def test_the_baseline_makes_no_bundle(
    verb: str, experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error of a verb that needs int8 names the verb that prints the accuracy."""
    assert run(verb, experiment_file, tmp_path, "--arch", "boosting") == 1
    error = capsys.readouterr().err
    assert "boosting is a baseline" in error
    assert "crossval" in error


@pytest.mark.usefixtures("tones_at_home")
def test_a_backend_without_a_converter_trains_and_scores_in_float(
    experiment_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its weights are quantised later, by the same command on a backend that can."""
    with monkeypatch.context() as patch:
        patch.setattr(keras.backend, "backend", lambda: "jax")
        assert run("train", experiment_file, tmp_path, "--fold", "2", "--epochs", "1") == 0
    output = capsys.readouterr().out
    assert "fold 2: float" in output
    assert "KERAS_BACKEND=tensorflow" in output
    weights = tmp_path / "runs" / "tiny" / "fold2" / "model.keras"
    before = weights.stat().st_mtime_ns
    assert run("train", experiment_file, tmp_path, "--fold", "2", "--epochs", "1") == 0
    assert "int8" in capsys.readouterr().out
    assert weights.stat().st_mtime_ns == before


def test_among_is_refused_where_there_is_no_int8(
    experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the accuracy of int8, and is not left out silently."""
    arguments = ["--arch", "boosting", "--among", "low_tone,high_tone"]
    assert run("crossval", experiment_file, tmp_path, *arguments) == os.EX_CONFIG
    assert "a baseline has no int8" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
