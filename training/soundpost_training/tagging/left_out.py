"""Leaves categories of ESC-50 out of an experiment: its network never learns of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost.errors import did_you_mean
from soundpost_training.audioset.blend import Blend
from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.audioset.soft_scores import AudioSetTeachers
from soundpost_training.dataset.paths import data_folder
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.errors import ExperimentError
from soundpost_training.sources.recording import SourceRecording
from soundpost_training.tagging.context import TaggingContext
from soundpost_training.tagging.examples.chosen_rows import ChosenRows

AUDIBLE_SCORE = 0.1
"""An example in which the teachers give a left-out label this score may have its sound."""


def leave_out(
    context: TaggingContext, targets: NDArray[np.float32]
) -> tuple[TaggingContext, NDArray[np.float32], ChosenRows | NDArray[np.float16]]:
    """Returns an experiment without the left-out categories, its targets and its examples.

    An example is left out if one of its recordings is of such a category or has a label of one, or
    if the teachers give such a label AUDIBLE_SCORE.

    Args:
        context: With the examples of all labels.
        targets: float32[n, labels].

    Raises:
        ExperimentError: A name is no category of ESC-50.
    """
    categories = context.experiment.sources.without_categories
    log_mel = context.pool.log_mel
    if not categories:
        return context, targets, log_mel
    left_out = _labels(context.label_map, categories)
    is_kept = np.array([name not in left_out for name in context.label_map.names])
    blended = Blend(context.label_map, AudioSetTeachers()).label_scores(context.pool.scores)
    is_audible = (blended[:, ~is_kept] >= AUDIBLE_SCORE).any(axis=1)
    files = _files(categories)
    of_category = np.array(
        [_has(item, files, left_out) for item in context.waveforms.recordings] + [False]
    )  # the last one is for the position -1, no recording
    is_mixed_in = of_category[context.pool.components.recordings].any(axis=1)
    rows = np.flatnonzero(~is_audible & ~is_mixed_in)
    labels = tuple(label for label in context.label_map.labels if label.name not in left_out)
    narrowed = replace(context, label_map=replace(context.label_map, labels=labels))
    return narrowed, targets[rows][:, is_kept], ChosenRows(log_mel, rows)


def _labels(label_map: LabelMap, categories: tuple[str, ...]) -> set[str]:
    """Returns the labels that categories are mapped to; some have none."""
    return {label_map.esc50[name] for name in categories if name in label_map.esc50}


def _files(categories: tuple[str, ...]) -> set[Path]:
    """Returns the files of categories of ESC-50.

    Raises:
        ExperimentError: A name is no category.
    """
    dataset = read_esc50(data_folder("esc50"))
    for name in categories:
        if name not in dataset.labels:
            raise ExperimentError(
                f"sources.without_categories has {name}, which is no category of ESC-50",
                hint=did_you_mean(name, dataset.labels, "such as glass_breaking"),
            )
    return {clip.path for clip in dataset.clips if clip.label in categories}


def _has(recording: SourceRecording, files: set[Path], labels: set[str]) -> bool:
    return recording.path in files or not labels.isdisjoint(recording.labels)
