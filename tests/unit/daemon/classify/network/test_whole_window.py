"""A model runs on each window as a whole, and returns what its tensors store."""

from pathlib import Path

import numpy as np
import pytest

from soundpost.classify import load_bundle
from soundpost.classify.network.whole_window import WholeWindowNetwork

GOLDEN = Path(__file__).resolve().parents[4] / "golden"
NETWORKS = {
    name: WholeWindowNetwork(load_bundle(GOLDEN / name), 1)
    for name in ("tiny-int8", "tiny-float", "tiny-two-outputs")
}
SILENCE = np.full((16, 64), np.log(0.001), np.float32)


@pytest.mark.parametrize(("name", "dtype"), [("tiny-int8", np.int8), ("tiny-float", np.float32)])
def test_logits_are_as_the_tensor_stores_them(name: str, dtype: type[np.generic]) -> None:
    """A row for each window, in the order of the windows."""
    loud = SILENCE + 6.0
    rows = NETWORKS[name].logits([SILENCE, loud, SILENCE])
    assert rows.dtype == dtype
    assert rows.shape == (3, 3)
    assert np.array_equal(rows[0], rows[2])
    assert np.array_equal(rows[1], NETWORKS[name].logits([loud])[0])


def test_an_embedding_is_another_output_of_the_same_window() -> None:
    """It has its own tensor."""
    bundle = load_bundle(GOLDEN / "tiny-two-outputs")
    embedding = bundle.manifest.output.embedding
    assert embedding is not None
    samples = np.arange(bundle.manifest.input.window_samples).astype(np.int16)
    network = NETWORKS["tiny-two-outputs"]
    values = network.embedding(samples, embedding.position, embedding.tensor)
    assert values.shape == (np.prod(embedding.tensor.shape),)
    assert not np.array_equal(values[:3], network.logits([samples])[0][:3])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("tiny-int8", SILENCE[1:], r"expected log-mel of shape \(16, 64\), got \(15, 64\)"),
        ("tiny-two-outputs", SILENCE, "expected samples of shape"),
    ],
)
def test_content_of_another_kind_is_refused(name: str, content: np.ndarray, message: str) -> None:
    """The manifest says what a window is."""
    with pytest.raises(ValueError, match=message):
        NETWORKS[name].logits([content])
