"""Prints what to do next, after the training of one's own recordings."""

from soundpost_training.dataset.clip import Dataset
from soundpost_training.evaluate.evaluate import Evaluation
from soundpost_training.experiment.deploy import CalibrateConfig
from soundpost_training.quick.advice import advice
from soundpost_training.quick.figures import Figures, LabelFigures, Mistake
from soundpost_training.quick.printing import print_advice
from soundpost_training.quick.thresholds import LabelThreshold, Negatives


def print_next_steps(dataset: Dataset, evaluation: Evaluation, config: CalibrateConfig) -> None:
    """Prints lines on what to record or to listen to; none for a published data set.

    Args:
        dataset: The recordings.
        evaluation: Of their network.
        config: The budget of false alarms.
    """
    if dataset.published:
        return
    calibration, budget = evaluation.calibration, config.false_alarms_per_hour
    has_background = bool(dataset.background) or dataset.has_background_label
    thresholds = [
        LabelThreshold(
            name=label.name,
            on_threshold=label.on_threshold,
            detected=label.detected,
            false_events_per_hour=label.false_alarms_per_hour,
            quiet=label.quiet,
            is_within_budget=label.false_alarms_per_hour <= budget,
        )
        for label in calibration.labels
    ]
    negatives = Negatives("clips of other labels", calibration.chosen_on.hours)
    print_advice(
        advice(
            figures_from(dataset, evaluation),
            thresholds,
            negatives,
            budget,
            has_background=has_background,
        )
    )


def figures_from(dataset: Dataset, evaluation: Evaluation) -> Figures:
    """Returns the figures of labels and their confusions, as advice takes them."""
    groups = {
        name: {clip.group for clip in dataset.clips if clip.label == name}
        for name in dataset.labels
    }
    return Figures(
        folds=dataset.folds,
        accuracies=[fold.int8 for fold in evaluation.summary.folds],
        labels=[
            LabelFigures(
                name=label.name,
                clips=label.clips,
                recordings=len(groups[label.name]),
                recall=label.recall,
                precision=label.precision,
            )
            for label in evaluation.labels
        ],
        mistakes=[
            Mistake(
                label=mistake.label,
                taken_for=mistake.taken_for,
                clips=mistake.clips,
                paths=mistake.paths,
            )
            for mistake in evaluation.top_confusions
            if {mistake.label, mistake.taken_for} <= set(dataset.bundle_labels)
        ],
    )
