"""Opens the data set of an experiment with the reader of its kind."""

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.copies import note_copies
from soundpost_training.dataset.folds import refuse_leaks
from soundpost_training.dataset.leaky_folds import with_leaky_folds
from soundpost_training.dataset.paths import data_folder
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.dataset.readers.folders import read_folders
from soundpost_training.dataset.readers.fsd import read_fsd
from soundpost_training.dataset.readers.labels_csv import read_table
from soundpost_training.dataset.readers.urbansound8k import read_urbansound8k
from soundpost_training.dataset.select import as_background, select_labels
from soundpost_training.experiment.data import DataConfig


def open_dataset(config: DataConfig) -> Dataset:
    """Returns the data set of an experiment; its folds do not leak, or are marked as leaky.

    Raises:
        DatasetError: The data set is missing or damaged, does not have the labels that the
            experiment names, has one recording under two labels, or leaks between folds.
    """
    dataset = select_labels(_read(config), config.labels, config.background)
    dataset = as_background(dataset, config.background)
    if dataset.may_have_copies:
        dataset = note_copies(dataset)
    if config.shuffle_anyway:
        dataset = with_leaky_folds(dataset, config.folds)
    return refuse_leaks(dataset)


def _read(config: DataConfig) -> Dataset:
    folder = data_folder(config.folder)
    match config.kind:
        case "esc50" | "esc10":
            return read_esc50(folder, esc10=config.kind == "esc10")
        case "urbansound8k":
            return read_urbansound8k(folder)
        case "fsd":
            return read_fsd(folder, (*config.labels, *config.background) if config.labels else ())
        case "folders":
            return read_folders(folder, config)
        case "csv":
            return read_table(folder, config)
