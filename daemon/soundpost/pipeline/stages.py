"""The stages between a source and its detections."""

from collections.abc import Sequence

import msgspec

from soundpost.classify.model import WindowClassifier
from soundpost.decide import SummingTracker
from soundpost.gate import Gate
from soundpost.pipeline.rates import Rate
from soundpost.pipeline.streams import WindowQueue


class ModelStages(msgspec.Struct, frozen=True):
    """The stages of one model.

    Attributes:
        rate: The clock that its windows and its events count on.
        classifier: Scores a window.
        tracker: Turns scores into events.
    """

    rate: Rate
    classifier: WindowClassifier
    tracker: SummingTracker


class Stages(msgspec.Struct, frozen=True):
    """The stages between a source and its detections.

    Attributes:
        gate: Drops chunks that are not worth classifying.
        windows: Cuts chunks into the windows of all models.
        models: The stages of each model.
        sample_rate_hz: Rate of the chunks.
    """

    gate: Gate
    windows: WindowQueue
    models: Sequence[ModelStages]
    sample_rate_hz: int
