"""Building networks, and folding the scaling of their input."""

import keras
import numpy as np
import pytest

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.build import build_model, fold_scaling, single_logit

pytestmark = pytest.mark.training

FRAMES, BANDS, LABELS = 32, 32, 5


@pytest.mark.parametrize("arch", ["residual", "separable", "streaming"])
def test_folding_the_scaling_changes_nothing(arch: str) -> None:
    """The folded network has one layer fewer and the same logits."""
    config = ModelConfig(arch=arch, stem_channels=8, block_channels=(8, 16), dropout=0.0)  # type: ignore[arg-type]  # a Literal
    network = build_model(config, FRAMES, BANDS, LABELS)
    rng = np.random.default_rng(2)
    for weight in network.weights:
        if "kernel" not in weight.name or weight.path.startswith("logits/"):
            weight.assign(weight.numpy() + 0.3 * np.abs(rng.normal(size=weight.shape)))
    folded = fold_scaling(network, config)
    assert len(folded.layers) == len(network.layers) - 1
    examples = rng.uniform(-6.9, 3.0, (8, FRAMES, BANDS, 1)).astype(np.float32)
    expected = network.predict_on_batch(examples)
    assert expected.std() > 0.01
    np.testing.assert_allclose(folded.predict_on_batch(examples), expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("arch", ["yamnet", "mobilenet_v2"])
def test_a_network_without_the_stem_is_not_folded(arch: str) -> None:
    """It is returned as it is."""
    network = keras.Sequential()
    assert fold_scaling(network, ModelConfig(arch=arch)) is network  # type: ignore[arg-type]  # a Literal


@pytest.mark.parametrize("arch", ["residual", "separable", "streaming", "yamnet", "mobilenet_v2"])
def test_the_single_logit_has_the_softmax_score_of_the_first_label(arch: str) -> None:
    """Its sigmoid is that score, in every architecture."""
    config = ModelConfig(arch=arch, stem_channels=8, block_channels=(8, 16), layers=3, dropout=0.0)  # type: ignore[arg-type]  # a Literal
    network = build_model(config, FRAMES, FRAMES, 2)
    rng = np.random.default_rng(2)
    for weight in network.get_layer("logits").weights:
        weight.assign(rng.normal(size=weight.shape))
    examples = rng.uniform(-6.9, 3.0, (8, FRAMES, FRAMES, 1)).astype(np.float32)
    first, second = network.predict_on_batch(examples).T
    single = single_logit(network)
    assert single.output_shape == (None, 1)
    assert np.abs(first - second).min() > 0.01
    logits = single.predict_on_batch(examples)[:, 0]
    np.testing.assert_allclose(logits, first - second, rtol=1e-3, atol=1e-3)


def test_the_baseline_has_no_network() -> None:
    """The error names the verb that prints the accuracy of the baseline."""
    with pytest.raises(TrainingError, match="boosting is a baseline") as caught:
        build_model(ModelConfig(arch="boosting"), FRAMES, BANDS, LABELS)
    assert "crossval" in caught.value.hint
