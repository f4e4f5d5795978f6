"""The network that is taught, and the fold that its teachers must not have been trained on."""

from dataclasses import dataclass
from pathlib import Path

from soundpost_training.dataset.clip import Dataset
from soundpost_training.experiment.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Student:
    """The network of an experiment with a teacher, for one held-out fold.

    Attributes:
        experiment: With a [teacher] table.
        dataset: Its recordings.
        folder: Of the fold's run.
        fold: The held-out fold; None for a network of all folds.
    """

    experiment: Experiment
    dataset: Dataset
    folder: Path
    fold: int | None

    def run(self, name: str) -> Path:
        """Returns the folder in which another experiment held out the same fold."""
        return self.folder.parent.parent / name / self.folder.name
