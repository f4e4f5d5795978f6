"""What a card says of a network's beginning and of its teachers."""

from pathlib import Path

import msgspec
import pytest

from soundpost_training.bundle.card_network import (
    beginning,
    beginning_note,
    int8_note,
    network_note,
    teacher_note,
)
from soundpost_training.experiment.experiment import (
    Experiment,
    ModelConfig,
    TeacherConfig,
    load_experiment,
)
from soundpost_training.experiment.init import Init
from soundpost_training.quantize.record import Int8Record
from soundpost_training.train.context import TrainingContext

pytestmark = pytest.mark.training

HEADS = TeacherConfig(weights="yamnet.tflite", layers=(7, 12))
YAMNET = "YAMNet (Google, Apache-2.0, trained on AudioSet)"


@pytest.fixture
def experiment(experiment_file: Path) -> Experiment:
    """An experiment that ships the network of fold 3."""
    return load_experiment(experiment_file)


def keep(experiment: Experiment, runs: Path, name: str, init: str | None) -> None:
    """Leaves the experiment of a run of fold 3."""
    train = msgspec.structs.replace(experiment.train, init=init)
    (runs / name / "fold3").mkdir(parents=True)
    kept = msgspec.structs.replace(experiment, name=name, train=train)
    (runs / name / "fold3" / "experiment.json").write_bytes(msgspec.json.encode(kept))


@pytest.mark.usefixtures("tones_at_home")
def test_a_chain_of_runs_is_told_back_to_its_beginning(
    experiment: Experiment, experiment_file: Path, tmp_path: Path
) -> None:
    """Weights that others trained are named, however many runs lie between."""
    keep(experiment, tmp_path, "second", "run:first")
    keep(experiment, tmp_path, "first", "yamnet:yamnet.tflite@3")
    third = load_experiment(experiment_file, init="run:second")
    runs, source = beginning(TrainingContext.of(third, tmp_path / "cache", tmp_path))
    note = beginning_note(runs, source)
    assert (
        note
        == f"trained from the weights of {YAMNET}, by way of the run `second`, before it `first`"
    )


def test_a_network_of_our_own_says_that_it_began_at_random() -> None:
    """And that a teacher's weights are not in it."""
    assert beginning_note([], None) == "trained from random initialisation"
    assert "none of its weights is in this bundle" in teacher_note(HEADS, None)


def test_a_network_that_began_with_yamnet_does_not_deny_it() -> None:
    """Its teacher may be made of YAMNet, but the claim that none is in it is gone."""
    assert YAMNET in beginning_note([], Init.of("yamnet:y.tflite@7"))
    note = teacher_note(HEADS, Init.of("yamnet:y.tflite@7"))
    assert "layers 7, 12" in note
    assert "none of its weights" not in note


def test_every_teacher_is_named() -> None:
    """Runs, bundle and heads, each with how it came to know."""
    config = TeacherConfig(
        weights="y.tflite", layers=(7,), runs=("big", "deep"), bundle="models/x", weight=0.8
    )
    note = teacher_note(config, None)
    assert all(part in note for part in ("80%", "`big`", "`deep`", "`models/x`", "layers 7"))
    assert teacher_note(None, None) == ""


@pytest.mark.parametrize("arch", ["residual", "separable", "yamnet", "mobilenet_v2"])
def test_every_network_has_words(arch: str) -> None:
    """For whatever `model.arch` can be shipped."""
    assert "{" not in network_note(msgspec.convert({"arch": arch}, ModelConfig))


@pytest.mark.usefixtures("tones_at_home")
def test_getting_used_to_int8_is_told(experiment: Experiment, tmp_path: Path) -> None:
    """Of a network that did, and of no other."""
    material = TrainingContext.of(experiment, tmp_path / "cache", tmp_path)
    folder = material.fold_folder(3)
    folder.mkdir(parents=True)
    assert not int8_note(material)
    for epochs in (0, 5):
        kept = Int8Record(settings=experiment.quantize, lost=0.01, epochs=epochs, left=0.002)
        (folder / "int8.json").write_bytes(msgspec.json.encode(kept))
        assert ("in 5 epochs" in int8_note(material)) == bool(epochs)
