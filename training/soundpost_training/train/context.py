"""An experiment with its data and run folders: the context that every fold is trained in."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.features import Features
from soundpost_training.errors import ExperimentError
from soundpost_training.examples.augment.draw import Draw
from soundpost_training.examples.batches import TrainingBatches
from soundpost_training.examples.build_sound_bank import balance_background, build_sound_bank
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.record import recipe_fingerprint
from soundpost_training.runs.run_folder import claim_folds, claim_run_folder
from soundpost_training.teacher.example_pool import POOL_BATCH, ExamplePool, fill_pool
from soundpost_training.teacher.student import Student
from soundpost_training.teacher.waveform.crop_embeddings import teacher_crops

ALL_FOLDS = "all"
"""Folder of the run that holds no fold out."""


@dataclass(frozen=True)
class TrainingContext:
    """An experiment, its recordings and their features, and the folder of all runs.

    `prepare_context` makes one.
    """

    experiment: Experiment
    dataset: Dataset
    features: Features
    runs: Path

    @property
    def folder(self) -> Path:
        """The folder of the experiment."""
        return self.runs / self.experiment.name

    def fold_folder(self, fold: int | None) -> Path:
        """Returns the folder of the run that holds a fold out, or none."""
        return self.folder / (ALL_FOLDS if fold is None else f"fold{fold}")

    def claim(self, fold: int | None) -> Path:
        """Returns `fold_folder`, tied to this experiment and these recordings.

        Raises:
            TrainingError: It holds a run of another experiment, or on other recordings.
        """
        folder = self.fold_folder(fold)
        claim_run_folder(folder, self.experiment)
        claim_folds(folder, self.dataset)
        return folder

    def student(self, fold: int | None) -> Student:
        """Returns the student that holds a fold out, or none, in its claimed folder."""
        return Student(self.experiment, self.dataset, self.claim(fold), fold)

    @property
    def recipe(self) -> str:
        """Fingerprint of all that decides weights and thresholds, 16 hexadecimal digits.

        It is the same for every bundle of the experiment.
        """
        return recipe_fingerprint(self.experiment)

    def sound_bank(self, clips: list[int]) -> SoundBank:
        """Returns the sounds that examples of these clips are cut from."""
        balanced = balance_background(self.dataset, clips)
        return build_sound_bank(self.experiment, self.dataset, self.features, balanced)

    @cached_property
    def pool(self) -> ExamplePool:
        """The examples that the experiment's teachers score, for all folds at once.

        Raises:
            ExperimentError: The experiment has no teacher.
        """
        config = self.experiment.teacher
        if config is None:
            raise ExperimentError(
                f"{self.experiment.name} has no teacher", hint="add a [teacher] table"
            )
        sound_bank = self.sound_bank(list(range(len(self.dataset.clips))))
        batches = TrainingBatches(self.experiment, sound_bank, POOL_BATCH)
        draws = []
        for batches.epoch in range(config.pool_passes):
            draws += [batches.draw(batch) for batch in range(len(batches))]
        drawn = Draw.joined(draws)
        pool = fill_pool(self.experiment, config, sound_bank, drawn, self.folder)
        crops = teacher_crops(self.experiment, self.dataset, self.features, self.runs)
        return replace(pool, crops=crops)
