"""The protocol of a decoder."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]
"""float32[frames, channels], full scale at 1.0."""


class Decoder(Protocol):
    """Decodes a recording from its start to its end, once.

    Attributes:
        rate_hz: Sample rate of the recording.
        channels: Its channels.
        warnings: Damage that was found; complete after the last block.
        missing_seconds: Sound that the header states and the file lacks; None if something is
            missing and the format does not say how much.
    """

    rate_hz: int
    channels: int
    warnings: list[str]
    missing_seconds: float | None

    @property
    def stated_seconds(self) -> float | None:
        """The length that the header states; None if it states none, or for a pipe."""
        ...

    def blocks(self, frames: int) -> Iterator[Block]:
        """Yields the sound, at most `frames` at once; an empty block while a pipe has no data."""
        ...
