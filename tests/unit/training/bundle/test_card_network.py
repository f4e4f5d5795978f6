"""Sentences of a model card on initial weights and teachers."""

from pathlib import Path

import msgspec
import pytest

from soundpost_training.bundle.card_network import (
    initial_runs,
    initial_weights_note,
    int8_note,
    network_note,
    teacher_note,
)
from soundpost_training.experiment.experiment import Experiment, ModelConfig
from soundpost_training.experiment.init import Init, RunInit, YamnetInit
from soundpost_training.experiment.load import load_experiment
from soundpost_training.experiment.record import encode_experiment
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.quantize.record import Int8Record

pytestmark = pytest.mark.training

HEADS = TeacherConfig(weights="yamnet.tflite", layers=(7, 12))
YAMNET = "YAMNet (Google, Apache-2.0, trained on AudioSet)"


def store_run(experiment: Experiment, runs: Path, name: str, init: Init | None) -> None:
    """Stores the experiment of a run of fold 3."""
    train = msgspec.structs.replace(experiment.train, init=init)
    (runs / name / "fold3").mkdir(parents=True)
    stored = msgspec.structs.replace(experiment, name=name, train=train)
    (runs / name / "fold3" / "experiment.json").write_bytes(encode_experiment(stored))


def test_a_chain_of_runs_is_followed_to_its_pretrained_weights(
    experiment: Experiment, experiment_file: Path, tmp_path: Path
) -> None:
    """Weights that others trained are named, however many runs lie between."""
    store_run(experiment, tmp_path, "second", RunInit(name="first"))
    store_run(experiment, tmp_path, "first", YamnetInit(file="yamnet.tflite", layers=3))
    third = load_experiment(experiment_file, init="run:second")
    runs, source = initial_runs(third, tmp_path / "third" / "fold3")
    note = initial_weights_note(runs, source)
    assert note == f"trained from the weights of {YAMNET} through runs `first`, `second`"


def test_a_network_with_random_initial_weights_is_described_so() -> None:
    """The card states that the teacher's weights are not in the bundle."""
    assert initial_weights_note([], None) == "trained from random initialisation"
    through = initial_weights_note(["one"], None)
    assert through == "trained from random initialisation through run `one`"
    assert "none of its weights is in this bundle" in teacher_note(HEADS, None)


def test_a_network_with_weights_of_yamnet_is_described_so() -> None:
    """Then the card does not state that no weight of YAMNet is in the bundle."""
    assert YAMNET in initial_weights_note([], YamnetInit(file="y.tflite", layers=7))
    note = teacher_note(HEADS, YamnetInit(file="y.tflite", layers=7))
    assert "layers 7, 12" in note
    assert "none of its weights" not in note


def test_every_teacher_is_named() -> None:
    """Runs, bundle and heads, each with its training data."""
    config = TeacherConfig(
        weights="y.tflite", layers=(7,), runs=("big", "deep"), bundle="models/x", weight=0.8
    )
    note = teacher_note(config, None)
    assert all(part in note for part in ("80%", "`big`", "`deep`", "`models/x`", "layers 7"))
    assert teacher_note(None, None) == ""


def test_a_teacher_of_waveforms_is_named() -> None:
    """The card says that it scores clean clips, and that nothing of it is in the bundle."""
    note = teacher_note(TeacherConfig(waveform="mn04/mn04_as.onnx"), None)
    assert "`mn04_as.onnx`, which takes waveforms" in note
    assert "crops of the clean clips" in note
    assert "Nothing of `mn04_as.onnx` is in this bundle." in note
    assert "waveforms" not in teacher_note(HEADS, None)


@pytest.mark.parametrize("arch", ["residual", "separable", "yamnet", "mobilenet_v2"])
def test_every_architecture_has_a_description(arch: str) -> None:
    """All values of `model.arch` that can be shipped have one."""
    assert "{" not in network_note(msgspec.convert({"arch": arch}, ModelConfig))


def test_quantisation_aware_training_is_stated(experiment: Experiment, tmp_path: Path) -> None:
    """Only for a network that was trained so, with the number of epochs."""
    assert not int8_note(tmp_path)
    for epochs in (0, 5):
        record = Int8Record(
            settings=experiment.quantize, loss_before=0.01, epochs=epochs, loss_after=0.002
        )
        (tmp_path / "int8.json").write_bytes(msgspec.json.encode(record))
        assert ("in 5 epochs" in int8_note(tmp_path)) == bool(epochs)
