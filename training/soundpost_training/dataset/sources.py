"""Who reads which kind of data set."""

from soundpost_training.dataset.choice import only, set_aside
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.esc50 import read_esc50
from soundpost_training.dataset.folders import read_folders
from soundpost_training.dataset.folds import refuse_leaks
from soundpost_training.dataset.fsd import read_fsd
from soundpost_training.dataset.places import data_folder
from soundpost_training.dataset.shuffle import shuffled
from soundpost_training.dataset.table import read_table
from soundpost_training.dataset.urbansound8k import read_urbansound8k
from soundpost_training.heard import DataConfig


def open_dataset(config: DataConfig) -> Dataset:
    """The data set that an experiment names, its folds proved free of leaks or said to leak.

    Raises:
        DatasetError: It is absent, damaged, has not the labels that the experiment names, or
            leaks between folds.
    """
    dataset = set_aside(only(_read(config), config.labels), config.background)
    if config.shuffle_anyway:
        dataset = shuffled(dataset, config.folds)
    return refuse_leaks(dataset)


def _read(config: DataConfig) -> Dataset:
    folder = data_folder(config.folder)
    match config.kind:
        case "esc50" | "esc10":
            return read_esc50(folder, esc10=config.kind == "esc10")
        case "urbansound8k":
            return read_urbansound8k(folder)
        case "fsd":
            return read_fsd(folder, config.labels)
        case "folders":
            return read_folders(folder, config)
        case "csv":
            return read_table(folder, config)
