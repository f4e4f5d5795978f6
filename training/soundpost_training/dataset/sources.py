"""Where data sets lie, and who reads which kind."""

import os
from pathlib import Path

from soundpost_training.config import DataConfig
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.esc50 import read_esc50
from soundpost_training.dataset.folds import refuse_leaks

DEFAULT_DATA = Path("../shared/data")
"""Where data lie when SOUNDPOST_DATA does not say, seen from the project's root."""


def data_folder(name: str) -> Path:
    """An absolute path as it is; any other, under $SOUNDPOST_DATA."""
    return Path(os.environ.get("SOUNDPOST_DATA", DEFAULT_DATA)) / name


def open_dataset(config: DataConfig) -> Dataset:
    """The data set that an experiment names, its folds proved free of leaks.

    Raises:
        DatasetError: It is absent, damaged, or leaks between folds.
    """
    return refuse_leaks(read_esc50(data_folder(config.folder), esc10=config.kind == "esc10"))
