"""Recordings, their folds, and their features."""

from soundpost_training.dataset.choice import refuse_unknown_labels
from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.features import Features
from soundpost_training.dataset.folds import refuse_leaks, refuse_single_label, training_folds
from soundpost_training.dataset.places import data_folder
from soundpost_training.dataset.prepare import prepare
from soundpost_training.dataset.shuffle import cost
from soundpost_training.dataset.sources import open_dataset

__all__ = [
    "Clip",
    "Dataset",
    "Features",
    "cost",
    "data_folder",
    "open_dataset",
    "prepare",
    "refuse_leaks",
    "refuse_single_label",
    "refuse_unknown_labels",
    "training_folds",
]
