"""What every fold is trained from."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from msgspec import UnsetType

from soundpost_training.dataset import Dataset, Features, open_dataset, prepare
from soundpost_training.errors import ExperimentError
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.record import recipe_fingerprint
from soundpost_training.runs.run_folder import claim_folds, claim_run_folder
from soundpost_training.teacher import Pool, fill_pool

ALL_FOLDS = "all"
"""The run that holds no fold out."""


@dataclass(frozen=True)
class TrainingContext:
    """An experiment, its recordings and their features, and the folder its runs go to."""

    experiment: Experiment
    dataset: Dataset
    features: Features
    runs: Path

    @classmethod
    def of(cls, experiment: Experiment, cache: Path, runs: Path) -> "TrainingContext":
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

    def fold_folder(self, fold: int | None) -> Path:
        """Where the run that holds a fold out, or none, keeps what it makes."""
        return self.folder / (ALL_FOLDS if fold is None else f"fold{fold}")

    def claim(self, fold: int | None) -> Path:
        """The folder of `fold_folder`, tied to this experiment and these recordings.

        Raises:
            TrainingError: It holds a run of another experiment, or on other recordings.
        """
        folder = self.fold_folder(fold)
        claim_run_folder(folder, self.experiment)
        claim_folds(folder, self.dataset)
        return folder

    @property
    def recipe(self) -> str:
        """A name for what makes weights and thresholds, whatever bundle they go to, 16 digits."""
        return recipe_fingerprint(self.experiment)

    def bank(self, clips: list[int]) -> SoundBank:
        """The sounds that examples of these clips are cut from."""
        return SoundBank.of(self.experiment, self.dataset, self.features, clips)

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
