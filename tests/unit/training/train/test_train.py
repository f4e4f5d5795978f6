"""Training the network of a fold."""

from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest
from interrupted_training import interrupt_after

from soundpost_training.cli import main
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.load import load_experiment
from soundpost_training.runs.history import History, read_history
from soundpost_training.train.early_stopping import BestEpoch
from soundpost_training.train.prepare_context import prepare_context
from soundpost_training.train.train import train_fold

pytestmark = pytest.mark.training


def write(experiment_file: Path, epochs: int, settings: str = "") -> None:
    """Sets the epochs of an experiment, and adds settings to [train]."""
    text = experiment_file.read_text(encoding="utf-8").replace("epochs = 25", f"epochs = {epochs}")
    experiment_file.write_text(text.replace("[train]\n", f"[train]\n{settings}"), encoding="utf-8")


def train(experiment_file: Path, home: Path) -> Path:
    """Trains the network that holds fold 1 out, and returns the folder of the run."""
    context = prepare_context(load_experiment(experiment_file), home / "cache", home / "runs")
    train_fold(context, 1)
    return context.fold_folder(1)


@pytest.mark.slow
@pytest.mark.usefixtures("tones_at_home")
def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(
    experiment_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """After Ctrl-C the same command continues, to the weights of a run in one go."""
    write(experiment_file, epochs=8)
    text = experiment_file.read_text(encoding="utf-8")
    text = text.replace("dropout = 0.0", "dropout = 0.2")  # its random state is restored as well
    experiment_file.write_text(text, encoding="utf-8")
    interrupted, whole = tmp_path / "interrupted", tmp_path / "whole"
    places = ["--cache", str(interrupted / "cache"), "--runs", str(interrupted / "runs")]
    with monkeypatch.context() as patch:
        patch.setattr(History, "append", interrupt_after(6))
        assert main(["train", "--config", str(experiment_file), "--fold", "1", *places]) == 130
    assert "the same command" in capsys.readouterr().err
    assert not (interrupted / "runs" / "tiny" / "fold1" / "model.keras").exists()
    folders = [train(experiment_file, home) for home in (interrupted, whole)]
    assert [row[0] for row in read_history(folders[0])] == list(range(1, 9))
    one, two = (
        keras.saving.load_model(folder / "model.keras", compile=False) for folder in folders
    )
    for weight, other in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, other)


@pytest.mark.usefixtures("tones_at_home")
def test_training_keeps_the_weights_of_the_best_epoch(
    experiment_file: Path, tmp_path: Path
) -> None:
    """With patience it ends at most so many epochs after the best one, whose weights it keeps."""
    patience = "validation_share = 0.3\npatience_epochs = 2\n"
    write(experiment_file, 6, patience)
    folder = train(experiment_file, tmp_path)
    history = read_history(folder)
    best = msgspec.json.decode((folder / "best.json").read_bytes(), type=BestEpoch)
    assert len(history) == min(best.epoch + 2, 6)
    assert history[best.epoch - 1, 2] == history[:, 2].min()
    with np.load(folder / "best.npz") as arrays:
        stored = [arrays[name] for name in arrays.files]
    network = keras.saving.load_model(folder / "model.keras", compile=False)
    for one, other in zip(network.get_weights(), stored, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
@pytest.mark.usefixtures("tones_at_home")
def test_a_network_trained_in_bfloat16_is_saved_in_float32(
    experiment_file: Path, tmp_path: Path
) -> None:
    """Mixed precision is for training only: the saved network calculates in float32."""
    write(experiment_file, 1, "mixed_precision = true\n")
    folder = train(experiment_file, tmp_path)
    network = keras.saving.load_model(folder / "model.keras", compile=False)
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"


def test_patience_without_validation_is_refused(experiment_file: Path) -> None:
    """Without validation clips there is no loss to wait for."""
    write(experiment_file, 1, "patience_epochs = 3\n")
    with pytest.raises(ExperimentError, match="needs a validation_share"):
        load_experiment(experiment_file)
