"""What every fold is trained from."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from msgspec import UnsetType

from soundpost_training.bank import Bank
from soundpost_training.config import Experiment
from soundpost_training.dataset import Dataset, Features, open_dataset, prepare
from soundpost_training.errors import ExperimentError
from soundpost_training.teacher import Pool, fill_pool


@dataclass(frozen=True)
class Material:
    """An experiment, its recordings and their features, and the folder its runs go to."""

    experiment: Experiment
    dataset: Dataset
    features: Features
    runs: Path

    @classmethod
    def of(cls, experiment: Experiment, cache: Path, runs: Path) -> "Material":
        """Everything that an experiment needs before training.

        Raises:
            DatasetError: The recordings cannot be used.
        """
        rooms = experiment.augment.rooms
        dataset, features = prepare(
            open_dataset(experiment.data),
            experiment.features,
            cache,
            None if isinstance(rooms, UnsetType) else rooms,
        )
        return cls(experiment, dataset, features, runs)

    @property
    def folder(self) -> Path:
        """Where the experiment keeps what it makes."""
        return self.runs / self.experiment.name

    def fold_folder(self, fold: int) -> Path:
        """Where the run that holds a fold out keeps what it makes."""
        return self.folder / f"fold{fold}"

    def bank(self, clips: list[int]) -> Bank:
        """The sounds that examples of these clips are cut from."""
        return Bank.of(self.experiment, self.dataset, self.features, clips)

    @cached_property
    def pool(self) -> Pool:
        """The examples that the experiment's teacher has listened to, for all folds at once."""
        config = self.experiment.teacher
        if config is None:
            raise ExperimentError(
                f"{self.experiment.name} has no teacher", hint="add a [teacher] table"
            )
        bank = self.bank(list(range(len(self.dataset.clips))))
        return fill_pool(self.experiment, config, bank, self.folder)
