"""The int8 model of a fold: what it was made with, and from which windows."""

import csv
import io

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.aware import get_used_to_int8
from soundpost_training.certified import QuantizeConfig
from soundpost_training.dataset import training_folds
from soundpost_training.keep import keep
from soundpost_training.material import Material
from soundpost_training.model import fold_scaling
from soundpost_training.quantize import calibration_windows, choose_windows, convert
from soundpost_training.windows import windows_of_clips

TFLITE_FILE = "model.tflite"
QUANTIZE_FILE = "quantize.json"
"""The settings that the int8 model was made with; without it, those of default."""

LIST_FILE = "int8_calibration.csv"
"""The windows that the int8 ranges were taken from."""


def has_int8(material: Material, fold: int | None) -> bool:
    """Whether a fold's int8 model is there, made with the experiment's settings."""
    folder = material.fold_folder(fold)
    settings = folder / QUANTIZE_FILE
    if not (folder / TFLITE_FILE).is_file():
        return False
    made_with = QuantizeConfig()
    if settings.is_file():
        made_with = msgspec.json.decode(settings.read_bytes(), type=QuantizeConfig)
    return made_with == material.experiment.quantize


def make_int8(material: Material, fold: int | None, network: keras.Model) -> bytes:
    """The TFLite file of a fold's network; kept in its folder with what it was made with.

    Args:
        material: The experiment and its data.
        fold: The fold that is held out, None for none.
        network: Trained on the other folds.

    Raises:
        TrainingError: Keras runs on a backend that cannot convert, or the disk is full.
    """
    experiment, folder = material.experiment, material.fold_folder(fold)
    windows, _ = _windows(material, fold)
    rng = np.random.default_rng(experiment.seed)
    count = experiment.bundle.calibration_windows
    calibration = calibration_windows(rng, windows, count, experiment.features.log_offset)
    # Layers are numbered anew, so that equal weights make equal bytes whatever was built before.
    keras.backend.clear_session(free_memory=False)
    folded = fold_scaling(network, experiment.model)
    config = experiment.quantize
    if config.aware_epochs:
        folded = get_used_to_int8(folded, config, windows, calibration, experiment.seed)
    model = convert(folded, calibration)
    (folder / TFLITE_FILE).unlink(missing_ok=True)  # kept last: what is there, is of these settings
    keep(folder / QUANTIZE_FILE, msgspec.json.encode(config))
    keep(folder / LIST_FILE, calibration_list(material, fold))
    keep(folder / TFLITE_FILE, model)
    return model


def calibration_list(material: Material, fold: int | None) -> bytes:
    """The windows that a fold's int8 ranges are taken from, as CSV of clip and first frame.

    The floor and the ceiling of the features, which are planted among them, are in no clip.
    """
    windows, owners = _windows(material, fold)
    experiment, dataset = material.experiment, material.dataset
    clips = dataset.in_folds(training_folds(dataset, fold))
    rng = np.random.default_rng(experiment.seed)
    chosen = choose_windows(rng, len(windows), experiment.bundle.calibration_windows)
    firsts = np.searchsorted(owners, owners)  # where each window's clip begins
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["clip", "first_frame"])
    for window in np.sort(chosen):
        path = dataset.clips[clips[owners[window]]].path
        frame = (window - firsts[window]) * experiment.window.stride_frames
        rows.writerow([f"{path.parent.name}/{path.name}", int(frame)])
    return text.getvalue().encode()


def _windows(material: Material, fold: int | None) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    clips = material.dataset.in_folds(training_folds(material.dataset, fold))
    return windows_of_clips(material.features, clips, material.experiment.window)
