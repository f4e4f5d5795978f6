"""The sound of an event, ready to be stored, and the names of its files."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.evidence.store.files import SOUND, stem_of


class Clip(msgspec.Struct, frozen=True):
    """The sound of an event, ready to be stored.

    Attributes:
        event_id: The id of the event in its messages.
        label: The event's label.
        onset_utc_ns: Its onset, nanoseconds since 1970 UTC.
        start_utc_ns: Capture time of the first sample.
        samples: int16[n], n at least 1, with speech silenced if so configured.
        log_mel: Of these samples, float32[frames, mel_bands]; None if it must be computed.
        onset_sample: Position of the onset in the samples, at least 0.
        offset_sample: Position of the offset; None if the event lasts longer.
        silenced: First and one-past-last sample of each silenced stretch.
    """

    event_id: str
    label: str
    onset_utc_ns: int
    start_utc_ns: int
    samples: Pcm
    log_mel: NDArray[np.float32] | None
    onset_sample: int
    offset_sample: int | None
    silenced: list[tuple[int, int]]

    @property
    def stem(self) -> str:
        """The name of the clip's files without their suffixes."""
        return stem_of(self.onset_utc_ns, self.label, self.event_id)

    @property
    def name(self) -> str:
        """The name of the sound file, by which messages refer to the clip."""
        return f"{self.stem}{SOUND}"
