"""Targets of examples: the teachers' blended scores, the heads' scores and known labels."""

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.activation import sigmoid
from soundpost_training.tagging.experiment import TargetsConfig
from soundpost_training.tagging.heads import SURE_SCORE, Heads
from soundpost_training.tagging.presence import Presence

Scores = NDArray[np.float32]

SMALLEST = 1e-4

HIGHEST_TARGET = 0.97
"""Of a label that a data set states: its clip may have a pause where the window is."""

DOUBT_SCORE = 0.35
"""Below this, teachers that score a label which a data set excludes are overruled."""


def make_targets(
    config: TargetsConfig, blended: Scores, heads: Heads, head_scores: Scores, presence: Presence
) -> Scores:
    """Returns the targets of examples, float32[n, labels].

    A label with a head must convince both: its target is the geometric mean of head and blend.
    Where a data set states the label, its target is the higher of the two. Where it excludes the
    label, the target is 0, unless both teachers are sure of the label.

    Args:
        config: The blended score that is even.
        blended: The teachers' scores of the labels.
        heads: Which labels have a head.
        head_scores: The heads' scores.
        presence: What is known of the examples.
    """
    even = sharpen(blended, config)
    targets = np.where(heads.is_fitted, np.sqrt(np.maximum(even * head_scores, 0.0)), even)
    stated = np.minimum(presence.present * np.maximum(even, head_scores), HIGHEST_TARGET)
    targets = np.maximum(targets, stated)
    doubt = np.clip((blended - DOUBT_SCORE) / (SURE_SCORE - DOUBT_SCORE), 0.0, 1.0)
    return np.where(presence.absent, targets * doubt, targets).astype(np.float32)


def sharpen(blended: Scores, config: TargetsConfig) -> Scores:
    """Returns scores moved so that `config.even_score` becomes 0.5, float32 of the same shape."""
    bounded = np.clip(blended, SMALLEST, 1.0 - SMALLEST).astype(np.float64)
    even = np.log(config.even_score / (1.0 - config.even_score))
    logits = np.log(bounded / (1.0 - bounded))
    return sigmoid(config.slope * (logits - even)).astype(np.float32)
