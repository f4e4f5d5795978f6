"""Data sets: recordings, their folds, and their features."""

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.decode.prepare import prepare
from soundpost_training.dataset.features import Features
from soundpost_training.dataset.folds import refuse_leaks, refuse_single_label, training_folds
from soundpost_training.dataset.leaky_folds import leak_warning
from soundpost_training.dataset.paths import data_folder
from soundpost_training.dataset.readers.open import open_dataset
from soundpost_training.dataset.select import refuse_unknown_labels

__all__ = [
    "Clip",
    "Dataset",
    "Features",
    "data_folder",
    "leak_warning",
    "open_dataset",
    "prepare",
    "refuse_leaks",
    "refuse_single_label",
    "refuse_unknown_labels",
    "training_folds",
]
