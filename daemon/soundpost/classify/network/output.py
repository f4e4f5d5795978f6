"""The output of a network for some windows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from soundpost.events import Embedding


class NetworkOutput(NamedTuple):
    """The logits of windows, and their embeddings if these are requested.

    Attributes:
        logits: As the tensor stores them, dtype[n, labels].
        embeddings: Of each window; None if none are requested.
    """

    logits: NDArray[Any]
    embeddings: Sequence[Embedding] | None = None

    @staticmethod
    def joined(outputs: Sequence["NetworkOutput"]) -> "NetworkOutput":
        """Returns the outputs of successive calls as one."""
        if len(outputs) == 1:
            return outputs[0]
        embeddings = [each for output in outputs for each in output.embeddings or ()]
        return NetworkOutput(np.concatenate([each.logits for each in outputs]), embeddings or None)

    def without_first(self, count: int) -> "NetworkOutput":
        """Returns the output without that of the first windows."""
        embeddings = None if self.embeddings is None else self.embeddings[count:]
        return NetworkOutput(self.logits[count:], embeddings)
