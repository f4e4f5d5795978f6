"""The lines that `soundpost-train quick` prints."""

import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.features import Features
from soundpost_training.progress import console, report
from soundpost_training.quick.figures import Figures, accuracy_sentence
from soundpost_training.quick.thresholds import LabelThreshold, Negatives


def hours(dataset: Dataset, features: Features) -> NDArray[np.float64]:
    """Returns the duration of each recording in hours, float64[recordings]."""
    spec = features.spec
    frames = features.frames[: len(dataset.recordings)]
    duration: NDArray[np.float64] = frames * spec.hop_samples / spec.sample_rate_hz / 3600.0
    return duration


def print_data(dataset: Dataset, features: Features) -> None:
    """Prints the size of the data set."""
    duration = hours(dataset, features)
    clips = len(dataset.clips)
    line = (
        f"{dataset.name}: {clips} clips of {len({clip.group for clip in dataset.clips})} "
        f"recordings, labels {', '.join(dataset.labels)}, {60 * duration[:clips].sum():.1f} minutes"
    )
    if dataset.background:
        line += (
            f"; background: {len(dataset.background)} recordings, {duration[clips:].sum():.2f} h"
        )
    report.print(line, soft_wrap=True, markup=False, highlight=False)


def print_figures(
    figures: Figures, thresholds: list[LabelThreshold], negatives: Negatives, budget: float
) -> None:
    """Prints the figures of all folds, and each label's threshold with its effect."""
    report.print(
        f"held-out recordings, {len(figures.folds)} folds: {accuracy_sentence(figures)}"
        f"Budget: {budget:g} false events an hour of {negatives.name} ({negatives.hours:.2f} h)",
        soft_wrap=True,
        markup=False,
        highlight=False,
    )
    for label, chosen in zip(figures.labels, thresholds, strict=True):
        recall = f"recall {label.recall:.0%}, " if figures.accuracies else ""
        report.print(
            f"  {label.name}: {label.clips} clips, {recall}threshold {chosen.on_threshold:.3f}: "
            f"{chosen.detected:.0%} detected, {chosen.false_events_per_hour:.1f} false events/h"
            + ("" if chosen.is_within_budget else ", over the budget"),
            soft_wrap=True,
            markup=False,
            highlight=False,
        )


def print_int8(agreement: float, largest_loss: float) -> None:
    """Prints how often int8 and float agree, with a warning if they differ more often."""
    report.print(f"int8 gives the answer of float in {agreement:.1%} of windows")
    if agreement < 1.0 - largest_loss:
        console.print(
            f"int8 differs from float in more than {100 * largest_loss:g} % of windows: "
            "figures above are of float",
            style="yellow",
        )


def print_advice(lines: list[str]) -> None:
    """Prints what to do next."""
    report.print("what to do next:")
    for line in lines:
        report.print(f"  - {line}", soft_wrap=True, markup=False, highlight=False)
