"""Scores of recordings by heads that were fitted without their fold."""

import numpy as np
from numpy.typing import NDArray

from soundpost_training.metrics import clip_means
from soundpost_training.quick.material import Material
from soundpost_training.train.linear_head import Head, fit_head

Real = NDArray[np.float32]

MOST_BACKGROUND = 4
"""Windows of background over windows of labels that a head is fitted on: more of them only take
longer. Thresholds are chosen on all of it."""

LEAST_BACKGROUND = 2_000
"""Windows of background that are used in any case, a quarter of an hour."""


def fit(material: Material, held_out: int | None) -> Head:
    """Returns the head that is fitted on all folds but one, or on all.

    Silence and faint noise are part of every training set: no label may be detected in them.
    """
    embedded = material.embedded
    is_used = (material.window_folds != held_out) & embedded.active
    chosen = np.concatenate(
        (
            np.flatnonzero(is_used & ~material.is_background),
            _thinned(is_used & material.is_background, int((is_used).sum())),
        )
    )
    labels = len(material.dataset.labels)
    nothing = 1.0 / labels if material.activation == "softmax" else 0.0
    quiet = np.full((len(embedded.quiet), labels), nothing, np.float32)
    return fit_head(
        np.concatenate((embedded.features[chosen], embedded.quiet)),
        np.concatenate((material.targets[chosen], quiet)),
        material.activation,
    )


def out_of_fold_scores(material: Material) -> Real:
    """Returns the scores of all windows, each by a head that held its fold out."""
    folds = material.window_folds
    scores = np.zeros((len(folds), len(material.dataset.labels)), np.float32)
    for fold in sorted({clip.fold for clip in material.dataset.recordings}):
        is_held_out = folds == fold
        head = fit(material, fold)
        scores[is_held_out] = head.scores(material.embedded.features[is_held_out])
    return scores


def clip_scores(material: Material, scores: Real) -> Real:
    """Returns the mean scores of the clips of labels, float32[clips, labels]."""
    of_clips = ~material.is_background
    return clip_means(scores[of_clips], material.embedded.owners[of_clips])


def _thinned(is_background: NDArray[np.bool_], windows: int) -> NDArray[np.int64]:
    """Returns the positions of background windows, evenly fewer where they are very many."""
    positions = np.flatnonzero(is_background)
    labelled = windows - len(positions)
    most = max(LEAST_BACKGROUND, MOST_BACKGROUND * labelled)
    if len(positions) <= most:
        return positions
    return positions[np.linspace(0, len(positions) - 1, most).astype(np.int64)]
