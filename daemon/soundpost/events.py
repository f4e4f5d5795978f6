"""The types that the stages pass on: windows, scores, detections, summaries."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

ANY = "any"
"""The label that stands for any sound: of events by level (`decide.any`), and of the topic
`sound/any`. No model may have a label of this name."""
UNKNOWN = "unknown"
"""The label of events whose sound resembles no label (`decide.unknown`)."""


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of sound that is classified at once, as log-mel.

    Attributes:
        start_sample: First sample, counted from the start of capture.
        end_sample: One past the last sample.
        log_mel: float32[frames, mel_bands], time first.
        level_dbfs: RMS level of the stretch, see `soundpost.audio.level_dbfs`.
        utc_ns: Capture time of the first sample, nanoseconds since 1970 UTC.
        stretch: The same object for all windows that were cut from one stretch of sound: the frames
            that two of them have in common are the same. None if that is not known.
    """

    start_sample: int
    end_sample: int
    log_mel: NDArray[np.float32]
    level_dbfs: float
    utc_ns: int
    stretch: object = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class WaveformWindow:
    """The stretch of sound that is classified at once, as samples.

    Attributes:
        start_sample: First sample, counted from the start of capture.
        end_sample: One past the last sample. It is before the end of `samples` if the sound broke
            off: what is missing of them is digital silence.
        samples: int16[window_samples], read-only.
        level_dbfs: RMS level of the stretch, see `soundpost.audio.level_dbfs`.
        utc_ns: Capture time of the first sample, nanoseconds since 1970 UTC.
    """

    start_sample: int
    end_sample: int
    samples: NDArray[np.int16]
    level_dbfs: float
    utc_ns: int


AnyWindow = Window | WaveformWindow
"""A window of either kind; all but its content has the same names in both."""


class Embedding(Protocol):
    """The embedding of a window, computed when it is needed."""

    def values(self) -> NDArray[np.float32]:
        """Returns float32[size], computed anew by each call."""
        ...


class Scores(msgspec.Struct, frozen=True):
    """The scores of one window.

    Attributes:
        window: The window that was classified.
        values: float32[labels] in [0, 1], in the manifest's order of labels.
        model: Position of the model among those of the source.
        embedded: The embedding, of the same inference; None unless the classifier gives embeddings.
    """

    window: AnyWindow
    values: NDArray[np.float32]
    model: int = 0
    embedded: Embedding | None = None

    @property
    def embedding(self) -> NDArray[np.float32] | None:
        """The values of the embedding, float32[size], computed anew by each access."""
        return None if self.embedded is None else self.embedded.values()


class State(StrEnum):
    """The state of an event; each one is published as a message of its own."""

    STARTED = "started"
    CONFIRMED = "confirmed"
    ENDED = "ended"
    RETRACTED = "retracted"


class Detection(msgspec.Struct, frozen=True):
    """One state of an event.

    Attributes:
        event: Number of the event within this run, from 0; the states of an event share it.
        state: First `STARTED`; then `CONFIRMED` and `ENDED`, or `RETRACTED` if the event was
            shorter than its label's minimum; or `RETRACTED` at any time for a confounder.
        label: The label, as the manifest spells it.
        score: The peak of the smoothed score so far, in [0, 1].
        threshold: The smoothed score that starts an event of this label.
        onset_sample: First sample of the event.
        offset_sample: One past its last sample; None while the event lasts.
        decided_sample: End of the window that decided this state.
        onset_utc_ns: Wall time of the onset, nanoseconds since 1970 UTC.
        offset_utc_ns: Wall time of the offset; None while the event lasts.
        level_dbfs: RMS level of the loudest window of the event so far.
        model: Position of the model that detected it among those of the source.
    """

    event: int
    state: State
    label: str
    score: float
    threshold: float
    onset_sample: int
    offset_sample: int | None
    decided_sample: int
    onset_utc_ns: int
    offset_utc_ns: int | None
    level_dbfs: float
    model: int = 0


class SummaryState(StrEnum):
    """The state of a label that goes on all the time; each one is published as a summary."""

    BEGUN = "begun"
    GOING_ON = "going_on"
    OVER = "over"


class Summary(msgspec.Struct, frozen=True):
    """The sum of the events of a label that goes on all the time, over a period.

    Attributes:
        label: The label, as the manifest spells it.
        state: First `BEGUN`, with a period of no length; then `GOING_ON` for each hour; `OVER` for
            the rest.
        events: Events that were confirmed in the period, and not published one by one.
        seconds: How long events sounded in the period.
        score: The highest peak of the smoothed score of the events that sounded in the period; 0
            without any.
        since_utc_ns: Wall time at which the label was found to go on all the time, nanoseconds
            since 1970 UTC.
        from_utc_ns: Wall time of the start of the period.
        to_utc_ns: Wall time of its end.
        model: Position of the model that detected the events among those of the source.
    """

    label: str
    state: SummaryState
    events: int
    seconds: float
    score: float
    since_utc_ns: int
    from_utc_ns: int
    to_utc_ns: int
    model: int = 0
