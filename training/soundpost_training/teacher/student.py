"""Whom a teacher teaches, which says what the teacher may have heard."""

from dataclasses import dataclass
from pathlib import Path

from soundpost_training.dataset import Dataset
from soundpost_training.experiment.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Student:
    """The network of an experiment that holds a fold out, or none.

    Attributes:
        experiment: With a teacher.
        dataset: Its recordings.
        folder: Of the fold's run.
        fold: What is held out; None of a network of all folds.
    """

    experiment: Experiment
    dataset: Dataset
    folder: Path
    fold: int | None

    def run(self, name: str) -> Path:
        """The folder in which another run held out the same."""
        return self.folder.parent.parent / name / self.folder.name
