"""The best labels of a model in a recording."""

import numpy as np

from soundpost.cli.listen.details.label_scores import LabelScores
from soundpost.cli.listen.details.result import LabelResult, ModelResult
from soundpost.manifest import Label, Manifest
from soundpost.messages.builder import SCORE_DECIMALS

BEST_LABELS = 10
"""A chart of more lines cannot be read."""
_SECOND_DECIMALS = 3


def model_result(manifest: Manifest, scores: LabelScores, sample_rate_hz: int) -> ModelResult:
    """Returns the best labels of a model with their scores over time.

    Args:
        manifest: The manifest of the model.
        scores: Its scores.
        sample_rate_hz: Converts samples to seconds.
    """
    labels = {label.name: label for label in manifest.labels}
    begins = [round(sample / sample_rate_hz, _SECOND_DECIMALS) for sample in scores.begin_samples]
    values = np.round(scores.values.astype(float), SCORE_DECIMALS)
    best = values.max(axis=0, initial=0.0)
    order = (-best).argsort(kind="stable")[:BEST_LABELS].tolist() if begins else []
    return ModelResult(
        id=manifest.id,
        version=manifest.version,
        labels=len(scores.rules),
        window_seconds=round(scores.window_samples / sample_rate_hz, _SECOND_DECIMALS),
        begin_seconds=begins,
        best=[
            LabelResult(
                label=rule.label,
                **label_names(labels.get(rule.label)),
                threshold=round(rule.on_threshold, SCORE_DECIMALS),
                best=float(best[index]),
                best_seconds=begins[int(values[:, index].argmax())],
                scores=values[:, index].tolist(),
            )
            for index in order
            for rule in [scores.rules[index]]
        ],
    )


def label_names(label: Label | None) -> dict[str, str]:
    """Returns the names of a label, empty where the bundle has none."""
    return {
        "common_name": (label and label.common_name) or "",
        "scientific_name": (label and label.scientific_name) or "",
    }
