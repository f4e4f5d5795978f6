"""A model runs on each window as a whole, and returns what its tensors store."""

from collections.abc import Sequence
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
    rows = NETWORKS[name].run([SILENCE, loud, SILENCE]).logits
    assert rows.dtype == dtype
    assert rows.shape == (3, 3)
    assert np.array_equal(rows[0], rows[2])
    assert np.array_equal(rows[1], NETWORKS[name].run([loud]).logits[0])


def test_an_embedding_is_another_output_of_the_same_inference() -> None:
    """It has its own tensor, and the model runs once for both."""
    bundle = load_bundle(GOLDEN / "tiny-two-outputs")
    embedding = bundle.manifest.output.embedding
    assert embedding is not None
    network = WholeWindowNetwork(bundle, 1)
    inputs: list[np.ndarray] = []
    run = network._runtime.run  # noqa: SLF001 - no other place sees the inferences

    def counted(values: np.ndarray, positions: Sequence[int]) -> list[np.ndarray]:
        inputs.append(values)
        return run(values, positions)

    network._runtime.run = counted  # type: ignore[method-assign] # noqa: SLF001 - as above
    samples = np.arange(bundle.manifest.input.window_samples).astype(np.int16)
    without = network.run([samples])
    network.embeds = True
    output = network.run([samples])
    assert len(inputs) == 2
    assert without.embeddings is None
    assert output.embeddings is not None
    (embedded,) = output.embeddings
    assert embedded.values().shape == (network.embedding_size,)
    assert network.embedding_size == np.prod(embedding.tensor.shape)
    assert np.array_equal(output.logits, without.logits)
    assert not np.array_equal(embedded.values()[:3], output.logits[0][:3])


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
        NETWORKS[name].run([content])
