"""Where data sets lie, and who reads which kind."""

import os
from pathlib import Path

from soundpost_training.config import DataConfig
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.esc50 import read_esc50
from soundpost_training.dataset.folders import read_folders
from soundpost_training.dataset.folds import refuse_leaks
from soundpost_training.dataset.table import read_table

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
    folder = data_folder(config.folder)
    match config.kind:
        case "esc50" | "esc10":
            dataset = read_esc50(folder, esc10=config.kind == "esc10")
        case "folders":
            dataset = read_folders(folder, config)
        case "csv":
            dataset = read_table(folder, config)
    return refuse_leaks(dataset)
