"""Training of a tagging network: it learns, resumes and ends."""

from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest
from interrupted_training import interrupt_after
from numpy.typing import NDArray

from soundpost.classify import Classifier, find_bundle, load_bundle
from soundpost.classify.golden import read_golden
from soundpost.features import FeatureSpec
from soundpost.manifest import read_manifest
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.data import WindowConfig
from soundpost_training.experiment.deploy import BundleConfig
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.experiment.init import BundleInit
from soundpost_training.runs.history import History, read_history
from soundpost_training.tagging.experiment import TaggingExperiment, TaggingTrainConfig
from soundpost_training.tagging.train import train_tagging

pytestmark = pytest.mark.training

FRAMES, BANDS = 32, 16
LABELS = ("low", "high")


def experiment(
    epochs: int, batches: int = 2, rate: float = 3e-3, *, mixed_precision: bool = False
) -> TaggingExperiment:
    """Returns an experiment with a network of a few thousand weights."""
    return TaggingExperiment(
        name="tiny",
        bundle=BundleConfig(id="tiny", version="0.1.0"),
        features=FeatureSpec(mel_bands=BANDS),
        window=WindowConfig(frames=FRAMES, stride_frames=8),
        model=ModelConfig(
            arch="streaming",
            stem_channels=8,
            block_channels=(8,),
            block_stride_frames=(2,),
            dropout=0.1,
        ),
        train=TaggingTrainConfig(
            epochs=epochs,
            epoch_batches=batches,
            batch_size=8,
            learning_rate=rate,
            average_momentum=0.8,
            mixed_precision=mixed_precision,
        ),
    )


def examples() -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """Returns sounds in the lower or the upper bands, and their labels."""
    rng = np.random.default_rng(1)
    log_mel = rng.normal(-5.0, 0.5, (40, FRAMES, BANDS))
    log_mel[:20, :, : BANDS // 2] += 4.0
    log_mel[20:, :, BANDS // 2 :] += 4.0
    targets = np.repeat(np.eye(len(LABELS), dtype=np.float32), 20, axis=0)
    return log_mel.reshape(40, -1).astype(np.float16), targets


def run(config: TaggingExperiment, folder: Path) -> keras.Model:
    """Trains on the examples."""
    return train_tagging(config, LABELS, *examples(), folder)


def test_the_network_learns_which_bands_have_sound(tmp_path: Path) -> None:
    """The loss falls, and the scores of both labels are right, each for itself."""
    trained = run(experiment(epochs=4, batches=15, rate=2e-2), tmp_path)
    losses = read_history(tmp_path)[:, 1]
    assert losses[-1] < 0.7 * losses[0]
    log_mel, targets = examples()
    logits = trained.predict_on_batch(log_mel.reshape(40, FRAMES, BANDS, 1).astype(np.float32))
    assert ((logits > 0.0) == (targets > 0.5)).mean() > 0.9


@pytest.mark.slow
def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It continues from the checkpoint of epoch 5, with optimizer, averages and dropout."""
    config, interrupted = experiment(epochs=6), tmp_path / "interrupted"
    with monkeypatch.context() as patch:
        patch.setattr(History, "append", interrupt_after(6))
        with pytest.raises(KeyboardInterrupt):
            run(config, interrupted)
    assert not (interrupted / "model.keras").exists()
    networks = [run(config, folder) for folder in (interrupted, tmp_path / "whole")]
    assert [row[0] for row in read_history(interrupted)] == list(range(1, 7))
    for one, other in zip(*(network.get_weights() for network in networks), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_finished_run_is_loaded_and_computes_in_float32(tmp_path: Path) -> None:
    """Mixed precision is for training only; the second call trains nothing."""
    config = experiment(epochs=2, mixed_precision=True)
    trained = run(config, tmp_path)
    written = (tmp_path / "model.keras").stat().st_mtime_ns
    loaded = run(config, tmp_path)
    assert (tmp_path / "model.keras").stat().st_mtime_ns == written
    assert len(read_history(tmp_path)) == 2
    for network in (trained, loaded):
        assert {layer.compute_dtype for layer in network.layers} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"
    for one, other in zip(trained.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_changed_experiment_of_the_same_name_is_refused(tmp_path: Path) -> None:
    """Its weights would be those of the old one; another version of the bundle is no change."""
    config = experiment(epochs=1)
    folder = tmp_path / "run"
    run(config, folder)
    run(msgspec.structs.replace(config, bundle=BundleConfig(id="tiny", version="0.2.0")), folder)
    with pytest.raises(TrainingError, match="holds a run of another experiment than tiny"):
        run(experiment(epochs=2), folder)


def from_everyday(folder: Path, frames: int) -> keras.Model:
    """Continues the weights of the shipped bundle with one step that hardly changes them."""
    config = experiment(epochs=1, batches=1, rate=1e-9)
    begun = msgspec.structs.replace(
        config,
        features=FeatureSpec(),
        window=WindowConfig(frames=frames, stride_frames=24),
        model=ModelConfig(arch="bundle"),
        train=msgspec.structs.replace(config.train, init=BundleInit(bundle="everyday")),
    )
    labels = read_manifest(find_bundle("everyday")).label_names
    log_mel = np.full((2, frames * begun.features.mel_bands), -5.0, np.float16)
    return train_tagging(begun, labels, log_mel, np.zeros((2, len(labels)), np.float32), folder)


def test_a_network_can_begin_with_the_weights_of_a_bundle(tmp_path: Path) -> None:
    """Its scores are those of the int8 bundle, but for the rounding."""
    network = from_everyday(tmp_path, frames=197)
    bundle = load_bundle(find_bundle("everyday"))
    golden = read_golden(bundle)
    assert golden.log_mel is not None
    classifier = Classifier(bundle)
    logits = network.predict_on_batch(golden.log_mel[..., None])
    scores = np.stack([classifier.scores(window) for window in golden.log_mel])
    assert scores.max() > 0.3
    assert np.abs(1.0 / (1.0 + np.exp(-logits)) - scores).max() < 0.15


def test_a_bundle_of_other_windows_is_refused(tmp_path: Path) -> None:
    """The error states both sizes."""
    with pytest.raises(TrainingError, match=r"takes windows of \[197, 64\].* has \[200, 64\]"):
        from_everyday(tmp_path, frames=200)
