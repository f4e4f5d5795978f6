"""The output of a network for some windows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class NetworkOutput(NamedTuple):
    """The logits of windows, and their embeddings if these are computed.

    Attributes:
        logits: As the tensor stores them, dtype[n, labels].
        embeddings: float32[n, size]; None if none are computed.
    """

    logits: NDArray[Any]
    embeddings: NDArray[np.float32] | None = None

    @staticmethod
    def joined(outputs: Sequence["NetworkOutput"]) -> "NetworkOutput":
        """Returns the outputs of successive calls as one."""
        if len(outputs) == 1:
            return outputs[0]
        embeddings = [each.embeddings for each in outputs if each.embeddings is not None]
        return NetworkOutput(
            np.concatenate([each.logits for each in outputs]),
            np.concatenate(embeddings) if embeddings else None,
        )

    def without_first(self, count: int) -> "NetworkOutput":
        """Returns the output without that of the first windows."""
        embeddings = None if self.embeddings is None else self.embeddings[count:]
        return NetworkOutput(self.logits[count:], embeddings)
