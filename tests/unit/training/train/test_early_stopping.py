"""Early stopping, what is told of an epoch, and how a network calculates."""

import csv
from pathlib import Path

import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from soundpost_training.cli import main
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.experiment import load_experiment
from soundpost_training.runs.history import History, read_history
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.early_stopping import kept_back
from soundpost_training.train.train import train_fold

pytestmark = pytest.mark.training

PATIENCE = 3


def write(experiment_file: Path, settings: str) -> None:
    """Gives an experiment more settings of [train], and few epochs."""
    text = experiment_file.read_text(encoding="utf-8").replace("epochs = 25", "epochs = 12")
    experiment_file.write_text(text.replace("[train]\n", f"[train]\n{settings}"), encoding="utf-8")


def train(experiment_file: Path, home: Path) -> Path:
    """The folder of fold 1's run, after its network was trained; int8 is for others to prove."""
    material = TrainingContext.of(load_experiment(experiment_file), home / "cache", home / "runs")
    train_fold(material, 1)
    return material.fold_folder(1)


def run(experiment_file: Path, home: Path) -> Path:
    """The folder of fold 1's run, after the real program made its int8 model, too."""
    places = ["--cache", str(home / "cache"), "--runs", str(home / "runs")]
    assert main(["train", "--config", str(experiment_file), "--fold", "1", *places]) == 0
    return home / "runs" / "tiny" / "fold1"


@pytest.mark.usefixtures("tones_at_home")
def test_training_ends_when_validation_gets_no_better(
    experiment_file: Path, tmp_path: Path
) -> None:
    """At a rate that wrecks the weights it ends after its patience, and the best ones stay."""
    wild = f"validation_share = 0.3\npatience_epochs = {PATIENCE}\n"
    write(experiment_file, wild)
    text = experiment_file.read_text(encoding="utf-8")
    text = text.replace("learning_rate = 1e-2", "learning_rate = 3.0\nwarm_up_share = 0.0")
    experiment_file.write_text(text, encoding="utf-8")
    folder = train(experiment_file, tmp_path)
    history = read_history(folder)
    best = int(history[history[:, 2].argmin(), 0])
    assert len(history) == best + PATIENCE < 12
    with np.load(folder / "best.npz") as arrays:
        kept = [arrays[name] for name in arrays.files]
    network = keras.saving.load_model(folder / "model.keras", compile=False)
    for one, other in zip(network.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("tones_at_home")
def test_each_epoch_is_told_to_tensorboard(experiment_file: Path, tmp_path: Path) -> None:
    """TensorBoard reads the very losses that the history has."""
    write(experiment_file, "validation_share = 0.3\n")
    folder = train(experiment_file, tmp_path)
    board = EventAccumulator(str(folder / "tensorboard"), size_guidance={"tensors": 0})
    board.Reload()
    history = read_history(folder)
    assert len(history) == 12
    for column, name in ((1, "loss"), (2, "validation loss")):
        told = board.Tensors(name)
        assert [event.step for event in told] == history[:, 0].tolist()
        values = [float(event.tensor_proto.float_val[0]) for event in told]
        np.testing.assert_allclose(values, history[:, column], atol=1e-5)


@pytest.mark.usefixtures("tones_at_home")
def test_a_network_trained_in_bfloat16_is_kept_in_float32(
    experiment_file: Path, tmp_path: Path
) -> None:
    """Mixed precision is for training only: what is kept and converted calculates in float32."""
    write(experiment_file, "mixed_precision = true\n")
    folder = run(experiment_file, tmp_path)
    network = keras.saving.load_model(folder / "model.keras", compile=False)
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"
    assert (folder / "model.tflite").is_file()


@pytest.mark.usefixtures("tones_at_home")
def test_whole_recordings_of_the_training_folds_validate(
    experiment_file: Path, tmp_path: Path
) -> None:
    """Of each label some, never all, and never of the held-out fold."""
    material = TrainingContext.of(load_experiment(experiment_file), tmp_path, tmp_path)
    dataset = material.dataset
    clips = dataset.in_folds([1, 2])
    back = kept_back(dataset, clips, 0.5, 1)
    assert back == kept_back(dataset, clips, 0.5, 1)
    assert set(back) < set(clips)
    for label in dataset.labels:
        own = [clip for clip in clips if dataset.clips[clip].label == label]
        assert len(own) / 2 <= len(set(own) & set(back)) < len(own)
    groups = [
        {dataset.clips[clip].group for clip in some} for some in (back, set(clips) - set(back))
    ]
    assert not groups[0] & groups[1]
    assert kept_back(dataset, clips, 0.0, 1) == []


def test_patience_without_validation_is_refused(experiment_file: Path) -> None:
    """There is nothing to be patient with."""
    write(experiment_file, "patience_epochs = 3\n")
    with pytest.raises(ExperimentError, match="needs a validation_share"):
        load_experiment(experiment_file)


def test_an_epoch_gone_through_twice_counts_once(tmp_path: Path) -> None:
    """After an interruption the later line is the true one."""
    with (tmp_path / "history.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[1, 3.0], [2, 2.0], [3, 9.0], [3, 1.0]])
    assert read_history(tmp_path).tolist() == [[1, 3.0], [2, 2.0], [3, 1.0]]


def test_half_a_line_is_gone_through_again(tmp_path: Path) -> None:
    """What a power cut or a full disk left of a line does not spoil the next one."""
    (tmp_path / "history.csv").write_text("1,3.000000\n2,2.0", encoding="utf-8")
    with History(tmp_path) as history:
        history.tell(2, 2.5, None)
    assert read_history(tmp_path).tolist() == [[1, 3.0], [2, 2.5]]
