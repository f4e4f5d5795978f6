"""Recordings, their folds, and their features."""

import os
from pathlib import Path

from soundpost_training.config import DataConfig
from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.esc50 import read_esc50
from soundpost_training.dataset.features import Features, prepare
from soundpost_training.dataset.folds import refuse_leaks, training_folds

__all__ = ["Clip", "Dataset", "Features", "open_dataset", "prepare", "training_folds"]

DEFAULT_DATA = Path("../shared/data")
"""Where data sets lie when SOUNDPOST_DATA does not say, seen from the project's root."""


def open_dataset(config: DataConfig) -> Dataset:
    """The data set that an experiment names, its folds proved free of leaks.

    Raises:
        DatasetError: It is absent, damaged, or leaks between folds.
    """
    folder = Path(os.environ.get("SOUNDPOST_DATA", DEFAULT_DATA)) / config.folder
    return refuse_leaks(read_esc50(folder, esc10=config.kind == "esc10"))
