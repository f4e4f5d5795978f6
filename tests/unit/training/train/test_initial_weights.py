"""Initial weights of a network."""

from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.load import load_experiment
from soundpost_training.network.build import build_model
from soundpost_training.network.pretrained import mobilenet_v2
from soundpost_training.network.pretrained.yamnet import yamnet_weights
from soundpost_training.train.initial_weights import interpolate_weights, load_initial_weights
from soundpost_training.train.prepare_context import prepare_context
from soundpost_training.train.train import train_fold

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("tones_at_home")]


@pytest.fixture
def experiment(experiment_file: Path) -> Experiment:
    """An experiment of one epoch on the tones."""
    return load_experiment(experiment_file, epochs=1)


def save_run(experiment: Experiment, home: Path) -> keras.Model:
    """Saves the network of a run that held out fold 2, and returns it."""
    keras.utils.set_random_seed(11)
    frames, bands = experiment.window.frames, experiment.features.mel_bands
    model = build_model(experiment.model, frames, bands, 3)
    folder = home / "runs" / experiment.name / "fold2"
    folder.mkdir(parents=True)
    model.save(folder / "model.keras")
    (folder / "experiment.json").write_bytes(msgspec.json.encode(experiment))
    return model


def test_a_run_starts_from_another_runs_weights(
    experiment: Experiment, experiment_file: Path, tmp_path: Path
) -> None:
    """They are those of the run that held out the same fold."""
    trained = save_run(experiment, tmp_path)
    model = initialised(experiment_file, tmp_path, "run:tiny", fold=2)
    for weight, other in zip(model.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, other)


def test_a_network_is_moved_part_of_the_way_back() -> None:
    """A share of the initial weights is in the result."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    initial = [np.array([[1.0], [2.0]]), np.array([0.0])]
    model.set_weights([np.array([[5.0], [-2.0]]), np.array([4.0])])
    interpolate_weights(model, initial, 0.25)
    kernel, bias = model.get_weights()
    assert kernel.ravel().tolist() == [4.0, -1.0]
    assert bias.tolist() == [3.0]


def test_training_ends_on_the_way_back_to_the_initial_weights(
    experiment: Experiment, experiment_file: Path, tmp_path: Path
) -> None:
    """With an `init_share` of 1 it ends where it started."""
    initial = save_run(experiment, tmp_path).get_weights()
    second = load_experiment(experiment_file, epochs=1, init="run:tiny")
    train = msgspec.structs.replace(second.train, init_share=1.0)
    named = msgspec.structs.replace(second, name="back", train=train)
    context = prepare_context(named, tmp_path / "cache", tmp_path / "runs")
    for start, end in zip(initial, train_fold(context, 2).get_weights(), strict=True):
        np.testing.assert_array_equal(end, start)


def test_a_missing_run_is_named(experiment_file: Path, tmp_path: Path) -> None:
    """The error names the file, and the hint the experiment to train first."""
    with pytest.raises(TrainingError, match=r"init = run:gone, but .*fold1") as caught:
        initialised(experiment_file, tmp_path, "run:gone")
    assert "train the experiment gone first" in caught.value.hint


def test_a_run_of_another_network_is_refused(
    experiment: Experiment, experiment_file: Path, tmp_path: Path
) -> None:
    """It would have to become narrower."""
    save_run(experiment, tmp_path)
    text = experiment_file.read_text(encoding="utf-8").replace("[8, 16]", "[8, 8]")
    experiment_file.write_text(text, encoding="utf-8")
    with pytest.raises(TrainingError, match="is of another network"):
        initialised(experiment_file, tmp_path, "run:tiny", fold=2)


def test_a_run_of_other_folds_is_refused(
    experiment: Experiment, experiment_file: Path, tmp_path: Path
) -> None:
    """It was trained on clips that are held out now."""
    data = msgspec.structs.replace(experiment.data, folds=3)
    save_run(msgspec.structs.replace(experiment, data=data), tmp_path)
    with pytest.raises(TrainingError, match="other folds of the same recordings"):
        initialised(experiment_file, tmp_path, "run:tiny", fold=2)


def initialised(experiment_file: Path, home: Path, init: str, fold: int = 1) -> keras.Model:
    """The network of an experiment with initial weights, before any training."""
    experiment = load_experiment(experiment_file, init=init)
    context = prepare_context(experiment, home / "cache", home / "runs")
    frames, bands = experiment.window.frames, experiment.features.mel_bands
    model = build_model(experiment.model, frames, bands, len(context.dataset.labels))
    load_initial_weights(model, experiment, context.dataset, context.fold_folder(fold))
    return model


def test_a_network_of_yamnets_first_layers_gets_their_weights(
    shared_data: Path, experiment_file: Path, tmp_path: Path
) -> None:
    """There are no further layers of YAMNet, and the last layer is new."""
    file = shared_data / "yamnet" / "yamnet_weights.tflite"
    model = initialised(experiment_file, tmp_path, f"yamnet:{file}@3")
    weights = yamnet_weights(file)
    initialised_layers = [
        layer for layer in model.layers if layer.weights and layer.name != "logits"
    ]
    assert [layer.name for layer in initialised_layers] == [
        "layer1_conv",
        "layer2_depthwise_conv",
        "layer2_pointwise_conv",
        "layer3_depthwise_conv",
        "layer3_pointwise_conv",
    ]
    for layer in initialised_layers:
        for got, expected in zip(layer.get_weights(), weights[layer.name], strict=True):
            assert np.array_equal(got, expected)
    assert not model.get_layer("logits").get_weights()[0].any()


@pytest.mark.usefixtures("narrow")
def test_imagenet_weights_are_read_from_a_file(experiment_file: Path, tmp_path: Path) -> None:
    """Every layer but the last has the weights of the file."""
    keras.utils.set_random_seed(3)
    donor = keras.applications.MobileNetV2(alpha=0.35, include_top=False, weights=None)
    donor.save_weights(tmp_path / "picture.weights.h5")
    init = f"imagenet:mobilenet_v2:{tmp_path / 'picture.weights.h5'}"
    model = initialised(experiment_file, tmp_path, init)
    donor_layers = [layer for layer in donor.layers if layer.weights]
    assert len(donor_layers) == 104
    for layer in donor_layers:
        for got, expected in zip(
            model.get_layer(layer.name).get_weights(), layer.get_weights(), strict=True
        ):
            assert np.array_equal(got, expected)


@pytest.fixture
def narrow(experiment_file: Path) -> None:
    """Sets the smallest width that weights are published for."""
    text = experiment_file.read_text(encoding="utf-8")
    experiment_file.write_text(text.replace("[model]", "[model]\nwidth = 0.35"), encoding="utf-8")


@pytest.mark.usefixtures("narrow")
def test_imagenet_weights_that_cannot_be_downloaded_are_named(
    experiment_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offline, the error names the published file, and the hint the setting for it."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(mobilenet_v2, "PUBLISHED", "https://127.0.0.1:1/")
    with pytest.raises(TrainingError, match=r"0\.35_224_no_top\.h5 is not in") as caught:
        initialised(experiment_file, tmp_path, "imagenet:mobilenet_v2")
    assert "imagenet:mobilenet_v2:FILE" in caught.value.hint


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("content", [None, b"no weights"])
def test_a_file_without_imagenet_weights_is_refused(
    experiment_file: Path, tmp_path: Path, content: bytes | None
) -> None:
    """The error names a missing and a foreign file."""
    path = tmp_path / "some.weights.h5"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"some\.weights\.h5"):
        initialised(experiment_file, tmp_path, f"imagenet:mobilenet_v2:{path}")
