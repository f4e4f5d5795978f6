"""An evaluation of three labels with made-up figures, for the tests of cards and reports."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.evaluate.evaluate import Evaluation

LABELS = ("dog", "siren", "rain")
GROUND_TRUTH = np.array([0, 0, 1, 1, 2, 2])
"""int64[clips], of which the last is misclassified as a dog."""


def sample_scores() -> NDArray[np.float32]:
    """Returns float32[clips, labels] that fit the evaluation."""
    scores = np.full((len(GROUND_TRUTH), len(LABELS)), 0.1, np.float32)
    scores[np.arange(len(GROUND_TRUTH)), GROUND_TRUTH] = 0.8
    scores[5] = (0.7, 0.1, 0.2)
    return scores


def sample_evaluation(agreement: float | None = None, folds_tested: int = 1) -> Evaluation:
    """Returns the evaluation, made from the keys of report.json.

    Args:
        agreement: That of a bundle of all folds; None for one that held a fold out.
        folds_tested: Folds that temperature and thresholds are tested on.
    """
    outcome = {"hours": 1.5, "told": 0.75, "false_alarms_per_hour": 12.0}
    bins = [{"windows": 4, "score": 0.6, "right": 0.5}, {"windows": 8, "score": 0.9, "right": 0.8}]
    content = {
        "experiment": "made-<up>",
        "data": "tones",
        "summary": {
            "folds": [{"fold": fold, "int8": 0.8 + fold / 100, "real": 0.85} for fold in (1, 2, 3)],
            "int8_mean": 0.82,
            "int8_spread": 0.01,
            "real_mean": 0.85,
            "real_spread": 0.0,
        },
        "calibration": {
            "folds": [1, 2],
            "temperature": 0.61,
            "labels": [
                {
                    "name": name,
                    "on_threshold": 0.5,
                    "told": 0.9,
                    "false_alarms_per_hour": 0.7,
                    "quiet": 0.1,
                }
                for name in LABELS
            ],
            "chosen_on": outcome,
            "judged": [{"fold": 3 - index, "temperature": 0.6} for index in range(folds_tested)],
            "held_out": {**outcome, "told": 0.625},
        },
        "held_out_accuracy": 0.8125,
        "agreement": agreement,
        "window_accuracy": 0.7,
        "macro_f1": 0.81,
        "macro_roc_auc": 0.97,
        "macro_average_precision": 0.93,
        "logit_cosine": 0.99,
        "labels": [
            {
                "name": name,
                "clips": 2,
                "precision": 0.9,
                "recall": 0.8,
                "f1": 0.85,
                "roc_auc": 0.95,
                "average_precision": 0.9,
            }
            for name in LABELS
        ],
        "deltas": [
            {
                "name": name,
                "int8_recall": 0.8,
                "float_recall": 0.9,
                "agreement": 1.0 - index / 10,
                "logit_cosine": 0.99,
            }
            for index, name in enumerate(LABELS)
        ],
        "confusion": [[2, 0, 0], [0, 2, 0], [1, 0, 1]],
        "top_confusions": [{"label": "rain", "taken_for": "dog", "clips": 1, "paths": ["/a.wav"]}],
        "reliability": {"error_before": 0.2, "error_after": 0.05, "before": bins, "after": bins},
    }
    return msgspec.convert(content, Evaluation)
