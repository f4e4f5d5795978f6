"""Makes the context of an experiment: reads its recordings and computes their features."""

from pathlib import Path

from msgspec import UnsetType

from soundpost_training.dataset.decode.prepare import prepare
from soundpost_training.dataset.leaky_folds import leak_warning
from soundpost_training.dataset.readers.open import open_dataset
from soundpost_training.dataset.select import with_background_label
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.progress import console
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.data_warnings import data_warnings


def prepare_context(experiment: Experiment, cache: Path, runs: Path) -> TrainingContext:
    """Reads the recordings of an experiment and computes their features.

    Prints warnings about leaky folds, and about recordings from which a network learns badly.

    The background of a single label is trained as a second one; see `with_background_label`.

    Args:
        experiment: What is to be trained.
        cache: The folder of computed features.
        runs: The folder of all runs.

    Raises:
        DatasetError: The recordings cannot be used.
    """
    reverb = experiment.augment.rooms
    dataset, features = prepare(
        with_background_label(open_dataset(experiment.data)),
        experiment.features,
        cache,
        None if isinstance(reverb, UnsetType) else reverb,
    )
    if dataset.has_leaky_folds:
        console.print(leak_warning(dataset), style="bold red", highlight=False)
    for warning in data_warnings(dataset, features, experiment.window):
        console.print(f"warning: {warning}", style="yellow", markup=False, soft_wrap=True)
    return TrainingContext(experiment, dataset, features, runs)
