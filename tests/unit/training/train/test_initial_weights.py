"""Where the weights of a network begin."""

from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import Experiment, load_experiment
from soundpost_training.network.build import build_model
from soundpost_training.network.pretrained import mobilenet_v2, yamnet_weights
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.initial_weights import load_initial_weights
from soundpost_training.train.train import train_fold

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("tones_at_home")]


@pytest.fixture
def experiment(experiment_file: Path) -> Experiment:
    """An experiment of one epoch on the tones."""
    return load_experiment(experiment_file, epochs=1)


def kept_run(experiment: Experiment, home: Path) -> keras.Model:
    """The network of a run that held out fold 2, as the run leaves it."""
    keras.utils.set_random_seed(11)
    frames, bands = experiment.window.frames, experiment.features.mel_bands
    model = build_model(experiment.model, frames, bands, 3)
    folder = home / "runs" / experiment.name / "fold2"
    folder.mkdir(parents=True)
    model.save(folder / "model.keras")
    (folder / "experiment.json").write_bytes(msgspec.json.encode(experiment))
    return model


def test_a_run_goes_on_from_another_runs_weights(
    experiment: Experiment, experiment_file: Path, tmp_path: Path
) -> None:
    """With next to no learning rate, the second run ends where the first one did."""
    first = kept_run(experiment, tmp_path).get_weights()
    second = load_experiment(experiment_file, epochs=1, init="run:tiny")
    train = msgspec.structs.replace(second.train, learning_rate=1e-9)
    second = msgspec.structs.replace(second, train=train)
    material = TrainingContext.of(second, tmp_path / "cache", tmp_path / "runs")
    for one, two in zip(first, train_fold(material, 2).get_weights(), strict=True):
        if one.ndim == 4:  # kernels: the statistics of normalisation move without any gradient
            np.testing.assert_allclose(two, one, atol=1e-6)


def test_a_network_holds_on_to_what_it_began_with(
    experiment: Experiment, experiment_file: Path, tmp_path: Path
) -> None:
    """It ends as far as is said on the way back from where training led to where it began."""
    began = kept_run(experiment, tmp_path).get_weights()
    second = load_experiment(experiment_file, epochs=1, init="run:tiny")
    ended = []
    for share in (0.0, 0.25):
        train = msgspec.structs.replace(second.train, init_share=share)
        named = msgspec.structs.replace(second, name=f"held-{share * 100:g}", train=train)
        material = TrainingContext.of(named, tmp_path / "cache", tmp_path / "runs")
        ended.append(train_fold(material, 2).get_weights())
    for start, free, held in zip(began, *ended, strict=True):
        np.testing.assert_allclose(held, 0.25 * start + 0.75 * free, atol=1e-5)
    assert any(
        np.abs(start - free).max() > 1e-3 for start, free in zip(began, ended[0], strict=True)
    )


def test_an_absent_run_is_named(experiment_file: Path, tmp_path: Path) -> None:
    """The file that is wanted, and what to do first."""
    with pytest.raises(TrainingError, match=r"init = run:gone, but .*fold1") as caught:
        begun(experiment_file, tmp_path, "run:gone")
    assert "train the experiment gone first" in caught.value.hint


def test_a_run_of_another_network_is_refused(
    experiment: Experiment, experiment_file: Path, tmp_path: Path
) -> None:
    """One that would have to get narrower."""
    kept_run(experiment, tmp_path)
    text = experiment_file.read_text(encoding="utf-8").replace("[8, 16]", "[8, 8]")
    experiment_file.write_text(text, encoding="utf-8")
    with pytest.raises(TrainingError, match="is of another network"):
        begun(experiment_file, tmp_path, "run:tiny", fold=2)


def test_a_run_of_other_folds_is_refused(
    experiment: Experiment, experiment_file: Path, tmp_path: Path
) -> None:
    """It has heard what is to be held out."""
    data = msgspec.structs.replace(experiment.data, folds=3)
    kept_run(msgspec.structs.replace(experiment, data=data), tmp_path)
    with pytest.raises(TrainingError, match="other folds of the same recordings"):
        begun(experiment_file, tmp_path, "run:tiny", fold=2)


def begun(experiment_file: Path, home: Path, init: str, fold: int = 1) -> keras.Model:
    """The network of an experiment that begins so, before any training."""
    experiment = load_experiment(experiment_file, init=init)
    material = TrainingContext.of(experiment, home / "cache", home / "runs")
    frames, bands = experiment.window.frames, experiment.features.mel_bands
    model = build_model(experiment.model, frames, bands, len(material.dataset.labels))
    load_initial_weights(model, material, fold)
    return model


def test_yamnet_begins_a_network_cut_after_a_layer(
    shared_data: Path, experiment_file: Path, tmp_path: Path
) -> None:
    """The first layers have YAMNet's weights, there are no further ones, and the last is new."""
    file = shared_data / "yamnet" / "yamnet_weights.tflite"
    model = begun(experiment_file, tmp_path, f"yamnet:{file}@3")
    weights = yamnet_weights(file)
    given = [layer for layer in model.layers if layer.weights and layer.name != "logits"]
    assert [layer.name for layer in given] == [
        "layer1_conv",
        "layer2_depthwise_conv",
        "layer2_pointwise_conv",
        "layer3_depthwise_conv",
        "layer3_pointwise_conv",
    ]
    for layer in given:
        for got, expected in zip(layer.get_weights(), weights[layer.name], strict=True):
            assert np.array_equal(got, expected)
    assert not model.get_layer("logits").get_weights()[0].any()


@pytest.mark.usefixtures("narrow")
def test_imagenet_begins_a_network_from_a_file(experiment_file: Path, tmp_path: Path) -> None:
    """Every layer but the last has the weights of the file."""
    keras.utils.set_random_seed(3)
    donor = keras.applications.MobileNetV2(alpha=0.35, include_top=False, weights=None)
    donor.save_weights(tmp_path / "picture.weights.h5")
    init = f"imagenet:mobilenet_v2:{tmp_path / 'picture.weights.h5'}"
    model = begun(experiment_file, tmp_path, init)
    given = [layer for layer in donor.layers if layer.weights]
    assert len(given) == 104
    for layer in given:
        for got, expected in zip(
            model.get_layer(layer.name).get_weights(), layer.get_weights(), strict=True
        ):
            assert np.array_equal(got, expected)


@pytest.fixture
def narrow(experiment_file: Path) -> None:
    """Makes the experiment's network the narrowest of those that weights are published for."""
    text = experiment_file.read_text(encoding="utf-8")
    experiment_file.write_text(text.replace("[model]", "[model]\nwidth = 0.35"), encoding="utf-8")


@pytest.mark.usefixtures("narrow")
def test_imagenet_without_file_or_network_says_what_to_bring(
    experiment_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offline, the published file is named, and how to give it."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(mobilenet_v2, "PUBLISHED", "https://127.0.0.1:1/")
    with pytest.raises(TrainingError, match=r"0\.35_224_no_top\.h5 is not in") as caught:
        begun(experiment_file, tmp_path, "imagenet:mobilenet_v2")
    assert "imagenet:mobilenet_v2:FILE" in caught.value.hint


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("content", [None, b"no weights"])
def test_imagenet_weights_that_are_none_are_refused(
    experiment_file: Path, tmp_path: Path, content: bytes | None
) -> None:
    """An absent and a foreign file give one error that names the file."""
    path = tmp_path / "some.weights.h5"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"some\.weights\.h5"):
        begun(experiment_file, tmp_path, f"imagenet:mobilenet_v2:{path}")
