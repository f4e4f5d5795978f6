"""Figures of one label that is taught on some recordings."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from soundpost.teach.examples import Embeddings, Examples, Recording
from soundpost.teach.learn.events import count_events
from soundpost.teach.learn.held_out import area_under_curve, best
from soundpost.teach.learn.learn import learn
from soundpost.teach.learn.threshold import hours_of
from soundpost_training.heads.protocol import Material, Place

BUDGET = 0.5
"""False events an hour, the default of `soundpost teach`."""
FALSE_CLIPS = 0.01
"""The share of other clips that may be mistaken, where recalls are compared."""
MOST_OTHER_ROWS = 2_000
"""Windows of other sounds that scikit-learn is given, evenly spaced."""

Real = NDArray[np.float64]
Logits = Callable[[Embeddings], Real]


class LabelFigures(NamedTuple):
    """Figures of one label, all on recordings and hours that it was not taught on.

    Attributes:
        separation: Area under the curve of its clips and other clips.
        recall_at_share: Recall at `FALSE_CLIPS`.
        recall: Recall at the threshold that was chosen; NaN of a learner that chooses none.
        false_events_per_hour: At that threshold; NaN likewise.
        is_refused: True if `soundpost teach` would refuse it; its figures count all the same.
    """

    separation: float
    recall_at_share: float
    recall: float = float("nan")
    false_events_per_hour: float = float("nan")
    is_refused: bool = False


def ours(
    taught: Sequence[Recording], test: Sequence[Recording], material: Material, general: Embeddings
) -> LabelFigures:
    """Returns the figures of what `soundpost teach` learns.

    Args:
        taught: Recordings of the label.
        test: Other recordings of it.
        material: With the place whose background is at hand, and the new one.
        general: The general sounds of the model.
    """
    examples = Examples(taught, [], [material.known.stream], general)
    learned = learn(examples, BUDGET, lambda *_: None)
    weights = learned.weights

    def logits(embeddings: Embeddings) -> Real:
        # The score of a head is 0.5 at its threshold, so the logit is 0 there.
        standard = (embeddings - weights.mean) / weights.scale
        values: Real = standard.astype(np.float64) @ weights.weights + weights.bias[0]
        return values

    separation, recall_at_share = _of_clips(logits, test, material.new)
    stream = material.new.stream
    events = count_events([logits(stream.embeddings)], [stream], 0.0)
    detected = [
        bool(count_events([logits(each.stretch.embeddings)], [each.stretch], 0.0)) for each in test
    ]
    return LabelFigures(
        separation=separation,
        recall_at_share=recall_at_share,
        recall=float(np.mean(detected)),
        false_events_per_hour=len(events) / hours_of([stream]),
        is_refused=learned.refusal is not None,
    )


def scikit_learn(
    taught: Sequence[Recording], test: Sequence[Recording], material: Material, general: Embeddings
) -> LabelFigures:
    """Returns the figures of scikit-learn's logistic regression on the same windows.

    Arguments as for `ours`.
    """
    label = np.concatenate([recording.rows for recording in taught])
    place = material.known.stream.embeddings
    others = np.concatenate((place[:: max(1, len(place) // MOST_OTHER_ROWS)], general))
    rows = np.concatenate((label, others))
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + np.float32(1e-3)
    targets = np.arange(len(rows)) < len(label)
    model = LogisticRegression(class_weight="balanced", max_iter=500, C=0.1)
    model.fit((rows - mean) / scale, targets)

    def logits(embeddings: Embeddings) -> Real:
        values: Real = model.decision_function((embeddings - mean) / scale)
        return values

    return LabelFigures(*_of_clips(logits, test, material.new))


def _of_clips(logits: Logits, test: Sequence[Recording], place: Place) -> tuple[float, float]:
    """Returns the separation, and the recall at `FALSE_CLIPS`."""
    positives = np.array([best(logits(recording.stretch.embeddings)) for recording in test])
    negatives = np.array([best(logits(clip)) for clip in place.clips])
    bound = np.quantile(negatives, 1.0 - FALSE_CLIPS)
    return area_under_curve(positives, negatives), float((positives > bound).mean())
