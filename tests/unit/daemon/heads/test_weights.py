"""The scores of heads, and the file of their weights."""

from dataclasses import replace

import numpy as np
import pytest
from heads import golden_of, random_weights
from hypothesis import given
from hypothesis import strategies as st

from soundpost.errors import HeadError
from soundpost.heads.weights import (
    GOLDEN_BYTES,
    GoldenEmbeddings,
    HeadWeights,
    LinearHeads,
    decode_weights,
    encode_weights,
)


def embeddings(count: int, size: int = 6, seed: int = 5) -> np.ndarray:
    """Returns random embeddings."""
    return np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)


def test_a_score_is_the_sigmoid_of_a_linear_layer_on_the_standardised_embedding() -> None:
    """Computed here in the plain way."""
    head, values = random_weights(), embeddings(9)
    logits = ((values.astype(np.float64) - head.mean) / head.scale) @ head.weights + head.bias
    expected = 1.0 / (1.0 + np.exp(-logits))
    scores = head.scores(values)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, rtol=1e-6)


@given(st.integers(1, 40), st.integers(1, 5))
def test_a_window_has_the_same_scores_alone_and_among_others(count: int, heads: int) -> None:
    """To the bit, so that live sound and a file give the same events."""
    together = LinearHeads([random_weights(size=416, seed=seed) for seed in range(heads)])
    values = embeddings(count, 416)
    alone = np.concatenate([together.scores(values[at : at + 1]) for at in range(count)])
    assert np.array_equal(together.scores(values), alone)


def test_several_heads_have_the_scores_of_each() -> None:
    """In their order."""
    heads = [random_weights(seed=seed) for seed in range(3)]
    values = embeddings(7)
    together = LinearHeads(heads).scores(values)
    for position, head in enumerate(heads):
        np.testing.assert_allclose(together[:, position], head.scores(values), rtol=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_embedding_that_is_not_finite_has_the_score_0(value: float) -> None:
    """The window beside it has its own."""
    head, values = random_weights(), embeddings(2)
    expected = head.scores(values)
    values[0, 3] = value
    scores = head.scores(values)
    assert scores[0] == 0.0
    assert scores[1] == expected[1]


def test_the_file_holds_what_was_written() -> None:
    """Equal arrays give equal bytes."""
    head = random_weights()
    golden = golden_of(head)
    content = encode_weights(head, golden)
    read, read_golden = decode_weights(content, 6)
    for before, after in (
        (head.weights, read.weights),
        (head.bias, read.bias),
        (head.mean, read.mean),
        (head.scale, read.scale),
        (golden.embeddings, read_golden.embeddings),
        (golden.scores, read_golden.scores),
    ):
        assert np.array_equal(before, after)
    assert encode_weights(read, read_golden) == content


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"bias": np.array([np.nan], np.float32)}, "finite"),
        ({"scale": np.zeros(6, np.float32)}, "scale above 0"),
        ({"mean": np.zeros(5, np.float32)}, r"expected mean to be float32\[6\]"),
        ({"weights": np.zeros(6)}, r"expected weights to be float32\[6\], got float64\[6\]"),
    ],
)
def test_weights_that_cannot_be_run_are_refused(
    changed: dict[str, np.ndarray], message: str
) -> None:
    """Before the daemon computes with them."""
    head = random_weights()
    content = encode_weights(replace(head, **changed), golden_of(head))
    with pytest.raises(HeadError, match=message):
        decode_weights(content, 6)


def test_other_weights_than_the_golden_scores_were_computed_with_are_refused() -> None:
    """They are a wrong pair, or the machine computes in another way."""
    head = random_weights()
    golden = golden_of(head)
    golden.require_same_scores(head)
    other = HeadWeights(head.weights, head.bias + np.float32(0.01), head.mean, head.scale)
    with pytest.raises(HeadError, match="golden scores differ by"):
        golden.require_same_scores(other)


def test_golden_vectors_of_large_embeddings_are_fewer() -> None:
    """A head stays below its largest size."""
    head = random_weights(2_048)
    golden = GoldenEmbeddings.of(head, embeddings(20, 2_048))
    assert len(golden.scores) == GOLDEN_BYTES // (4 * 2_048)
    assert len(encode_weights(head, golden)) < 60_000
