"""The weights of a head: a linear layer on a standardised embedding, and its golden vectors."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.arrays import UNREADABLE, ArrayMismatchError, arrays_archive, open_arrays
from soundpost.errors import HeadError

Values = NDArray[np.float32]

MOST_GOLDEN = 8
GOLDEN_BYTES = 24_000
"""Of golden embeddings, so that a head on 2,048 values stays below its largest size."""

SCORE_TOLERANCE = 1e-5
"""float64 sums of some thousand products agree to 1e-12 across BLAS builds; scores are stored as
float32, in steps of 6e-8. Other weights move them by far more."""


@dataclass(frozen=True, slots=True)
class HeadWeights:
    """The weights of one label.

    Attributes:
        weights: float32[size], of the standardised embedding.
        bias: float32[1].
        mean: float32[size], of the embeddings it was taught on.
        scale: float32[size], above 0: their standard deviation.
    """

    weights: Values
    bias: Values
    mean: Values
    scale: Values

    def scores(self, embeddings: NDArray[np.floating]) -> Values:
        """Returns the scores of embeddings, float32[n].

        Args:
            embeddings: float[n, size].
        """
        return LinearHeads([self]).scores(embeddings)[:, 0]


class LinearHeads:
    """Computes the scores of several heads on one embedding, by one matrix.

    The score of a label is the sigmoid of w · (x - mean) / scale + bias, in float64. Each embedding
    is multiplied on its own, so that its scores have the same bits alone and among others. One with
    a value that is not finite has no score: 0.

    Args:
        heads: Of embeddings of one size; at least one. None for a label whose score is always 0.
    """

    def __init__(self, heads: Sequence[HeadWeights | None]) -> None:
        size = next(len(head.weights) for head in heads if head is not None)
        self._weights = np.zeros((len(heads), size))
        self._bias = [-math.inf] * len(heads)
        for number, head in enumerate(heads):
            if head is not None:
                self._weights[number] = head.weights.astype(np.float64) / head.scale
                shift = float(self._weights[number] @ head.mean.astype(np.float64))
                self._bias[number] = float(head.bias[0]) - shift

    def score(self, embedding: NDArray[np.floating]) -> list[float]:
        """Returns the score of each head.

        Args:
            embedding: float32[size].
        """
        products: list[float] = self._weights.dot(embedding).tolist()
        return list(map(_score, products, self._bias))

    def scores(self, embeddings: NDArray[np.floating]) -> Values:
        """Returns the scores of embeddings, float32[n, heads].

        Args:
            embeddings: float32[n, size].
        """
        shape = len(embeddings), len(self._bias)
        rows = [self.score(embedding) for embedding in embeddings]
        return np.array(rows, np.float32).reshape(shape)


def _score(product: float, bias: float) -> float:
    """Returns the score of a logit; 0 for one that is not finite, without a warning for it."""
    logit = product + bias
    return 0.5 + 0.5 * math.tanh(0.5 * logit) if math.isfinite(logit) else 0.0


@dataclass(frozen=True, slots=True)
class GoldenEmbeddings:
    """Embeddings and the scores that the head gave them when it was taught.

    Attributes:
        embeddings: float32[n, size].
        scores: float32[n].
    """

    embeddings: Values
    scores: Values

    @classmethod
    def of(cls, weights: HeadWeights, embeddings: Values) -> "GoldenEmbeddings":
        """Returns golden vectors of as many of the embeddings as a head has space for.

        Args:
            weights: Of the head.
            embeddings: float32[n, size]; the best are of the label and of other sounds by turns.
        """
        most = max(1, min(MOST_GOLDEN, GOLDEN_BYTES // embeddings[:1].nbytes))
        chosen = np.ascontiguousarray(embeddings[:most])
        return cls(chosen, weights.scores(chosen))

    def require_same_scores(self, weights: HeadWeights) -> None:
        """Raises HeadError unless the weights give the golden scores on this machine."""
        difference = float(np.abs(weights.scores(self.embeddings) - self.scores).max())
        if not difference <= SCORE_TOLERANCE:
            raise HeadError(
                f"golden scores differ by {difference:.3g} on this machine, at most "
                f"{SCORE_TOLERANCE:g} expected",
                hint="teach the label again",
            )


def encode_weights(weights: HeadWeights, golden: GoldenEmbeddings) -> bytes:
    """Returns the content of `head.npz`; equal arrays give equal bytes."""
    return arrays_archive(
        {
            "weights": weights.weights,
            "bias": weights.bias,
            "mean": weights.mean,
            "scale": weights.scale,
            "golden_embeddings": golden.embeddings,
            "golden_scores": golden.scores,
        }
    )


def decode_weights(content: bytes, size: int) -> tuple[HeadWeights, GoldenEmbeddings]:
    """Returns the weights and the golden vectors of a `head.npz`.

    Args:
        content: Of the file.
        size: Values of the embedding.

    Raises:
        HeadError: It is damaged, has other arrays, values that are not finite, or a scale that is
            not above 0.
    """
    hint = "teach the label again, or copy the whole head again"
    try:
        with open_arrays(content) as arrays:
            weights = HeadWeights(
                weights=arrays.read("weights", np.float32, (size,)),
                bias=arrays.read("bias", np.float32, (1,)),
                mean=arrays.read("mean", np.float32, (size,)),
                scale=arrays.read("scale", np.float32, (size,)),
            )
            embeddings = arrays.read("golden_embeddings", np.float32, (None, size))
            golden_scores = arrays.read("golden_scores", np.float32, (len(embeddings),))
    except (ArrayMismatchError, *UNREADABLE) as error:
        raise HeadError(f"the weights cannot be read: {error}", hint=hint) from error
    golden = GoldenEmbeddings(embeddings, golden_scores)
    values = (weights.weights, weights.bias, weights.mean, weights.scale, embeddings, golden_scores)
    if not all(np.isfinite(each).all() for each in values):
        raise HeadError("expected weights that are finite, got infinity or NaN", hint=hint)
    if not (weights.scale > 0.0).all():
        raise HeadError("expected a scale above 0 for each value of the embedding", hint=hint)
    return weights, golden
