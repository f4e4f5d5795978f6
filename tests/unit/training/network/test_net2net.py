"""Growing a trained network into a larger one."""

import keras
import numpy as np
import pytest

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.build import build_model
from soundpost_training.network.net2net import grow_from

pytestmark = pytest.mark.training

FRAMES, BANDS, LABELS = 32, 16, 3
SMALL = {"stem_channels": 8, "block_channels": (8, 16), "dropout": 0.0}


def network(arch: str = "residual", *, labels: int = LABELS, **sizes: object) -> keras.Model:
    """A network without trivial weights, but for those that make new blocks the identity."""
    config = ModelConfig(arch=arch, **(SMALL | sizes))  # type: ignore[arg-type]  # sizes of mixed kinds
    model = build_model(config, FRAMES, BANDS, labels)
    rng = np.random.default_rng(1)
    for weight in model.weights:
        if weight.path.startswith("logits/"):
            weight.assign(rng.normal(size=weight.shape))
        elif "variance" in weight.name:
            weight.assign(rng.uniform(0.5, 2.0, weight.shape))
    return model


def examples() -> np.ndarray:
    """Two examples."""
    return np.random.default_rng(2).normal(-2.5, 2.5, (2, FRAMES, BANDS, 1)).astype(np.float32)


@pytest.mark.parametrize(
    ("arch", "stem", "blocks"),
    [
        ("residual", 8, (8, 16)),
        ("residual", 16, (24, 16)),
        ("separable", 8, (8, 32)),
        ("separable", 16, (24, 32)),
    ],
)
def test_a_wider_network_starts_as_the_narrower_one(
    arch: str, stem: int, blocks: tuple[int, int]
) -> None:
    """Whatever is wider, it gives the logits of the smaller one."""
    small = network(arch)
    large = network(arch, stem_channels=stem, block_channels=blocks)
    grow_from(small, large)
    np.testing.assert_allclose(
        large.predict_on_batch(examples()), small.predict_on_batch(examples()), atol=1e-4
    )


def test_a_deeper_network_starts_as_the_shallower_one() -> None:
    """New tail blocks are the identity until they are trained."""
    small, large = network(), network(block_channels=(8, 32), tail_blocks=2)
    grow_from(small, large)
    np.testing.assert_allclose(
        large.predict_on_batch(examples()), small.predict_on_batch(examples()), atol=1e-4
    )


def test_a_trained_tail_block_keeps_its_weights() -> None:
    """A new block is added behind it."""
    small, large = network(tail_blocks=1), network(tail_blocks=2)
    small.get_layer("tail0_norm2").gamma.assign(np.full(16, 0.7, np.float32))
    grow_from(small, large)
    np.testing.assert_allclose(
        large.predict_on_batch(examples()), small.predict_on_batch(examples()), atol=1e-4
    )


def test_every_new_weight_is_trained() -> None:
    """Two steps change the new channels of each layer: none is stuck at 0."""
    small, large = network(), network(block_channels=(16, 32), tail_blocks=1)
    grow_from(small, large)
    before = large.get_weights()
    large.compile(keras.optimizers.SGD(0.1), keras.losses.CategoricalCrossentropy(from_logits=True))
    targets = np.eye(LABELS, dtype=np.float32)[:2]
    for _ in range(2):
        large.train_on_batch(examples(), targets)
    for variable, old, new in zip(large.weights, before, large.get_weights(), strict=True):
        if variable.trainable and variable.path.startswith("tail"):
            assert np.any(old != new), variable.path
        elif "kernel" in variable.name and not variable.path.startswith(("stem", "tail")):
            assert np.any(old[..., -1] != new[..., -1]), variable.path


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"block_channels": (8, 8)}, r"\(3, 3, 8, 16\) there, \(3, 3, 8, 8\) here"),
        ({"block_channels": (8, 16, 32)}, "its layers are others"),
        ({"arch": "separable"}, "its layers are others"),
        ({"labels": 4}, r"logits has the shape .*3\) there, .*4\) here"),
    ],
)
def test_a_network_that_is_not_larger_is_refused(other: dict[str, object], message: str) -> None:
    """The error has the shapes that do not fit."""
    with pytest.raises(TrainingError, match=message):
        grow_from(network(), network(**other))  # type: ignore[arg-type]  # sizes of mixed kinds
