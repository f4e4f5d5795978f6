"""Examples: the embeddings of recordings of a label, of other sounds and of the background."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Embeddings = NDArray[np.float32]
"""float32[windows, size]."""

KeptEmbeddings = NDArray[np.floating]
"""float32 or, of hours of sound, float16, as a node stores it: in half of the memory."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Successive windows of one stretch of sound, as the daemon classifies them.

    Attributes:
        name: Of the clip or the file, for people.
        embeddings: Of its windows, in their order.
        stride_seconds: From window to window.
        start_utc_ns: Time of its first sample; None if it is not known.
        begin_seconds: Position of the stretch in its file.
    """

    name: str
    embeddings: KeptEmbeddings
    stride_seconds: float
    start_utc_ns: int | None = None
    begin_seconds: float = 0.0

    @property
    def seconds(self) -> float:
        """The sound that is new in its windows."""
        return len(self.embeddings) * self.stride_seconds


@dataclass(frozen=True, slots=True)
class Recording:
    """A clip of the label or of another sound.

    Clips of one recording are never split over fitting and measuring.

    Attributes:
        key: The hash of its sound: equal clips are one recording.
        stretch: Its windows as the daemon classifies them; the recall is measured on them.
        rows: Embeddings that a head is fitted on: windows of the loud part, also made harder.
    """

    key: str
    stretch: Stretch
    rows: Embeddings


@dataclass(frozen=True, slots=True)
class Examples:
    """All that a head is fitted on and measured on.

    Attributes:
        label: Recordings of the label.
        others: Recordings of other sounds.
        background: The node's own background.
        general: Windows of general sounds that came with the model, float32[n, size]; may be none.
    """

    label: Sequence[Recording]
    others: Sequence[Recording]
    background: Sequence[Stretch]
    general: Embeddings

    @property
    def negatives(self) -> list[Stretch]:
        """The background and the other sounds, on which false events are counted."""
        return [*self.background, *(recording.stretch for recording in self.others)]
