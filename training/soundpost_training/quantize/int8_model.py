"""The int8 model of a fold: how it is made, and from which windows."""

import csv
import io
from collections.abc import Callable

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset import training_folds
from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.experiment.deploy import QuantizeConfig
from soundpost_training.files import write_atomic
from soundpost_training.network.build import fold_scaling
from soundpost_training.progress import console
from soundpost_training.quantize.accuracy_loss import Int8Loss
from soundpost_training.quantize.convert import calibration_windows, choose_windows, convert
from soundpost_training.quantize.qat import aware_epochs, fine_tune_quantised
from soundpost_training.quantize.record import RECORD_FILE, Int8Record, is_made_with
from soundpost_training.train.context import TrainingContext

TFLITE_FILE = "model.tflite"
LIST_FILE = "int8_calibration.csv"
"""The windows that the int8 ranges were taken from."""

LARGEST_LOSS = 0.005
"""Of the accuracy on what was trained on; a network that loses more gets used to int8."""


def has_int8(material: TrainingContext, fold: int | None) -> bool:
    """Whether a fold's int8 model is there, made with the experiment's settings."""
    folder = material.fold_folder(fold)
    if not (folder / TFLITE_FILE).is_file():
        return False
    return is_made_with(folder, material.experiment.quantize)


def make_int8(material: TrainingContext, fold: int | None, network: keras.Model) -> bytes:
    """The TFLite file of a fold's network; kept in its folder with how it was made.

    Args:
        material: The experiment and its data.
        fold: The fold that is held out, None for none.
        network: Trained on the other folds.

    Raises:
        TrainingError: Keras runs on a backend that cannot convert, or the disk is full.
    """
    experiment, folder = material.experiment, material.fold_folder(fold)
    windows, owners = _windows(material, fold)
    rng = np.random.default_rng(experiment.seed)
    count = experiment.bundle.calibration_windows
    calibration = calibration_windows(rng, windows, count, experiment.features.log_offset)
    # Layers are numbered anew, so that equal weights make equal bytes whatever was built before.
    keras.backend.clear_session(free_memory=False)
    folded = fold_scaling(network, experiment.model)
    config = experiment.quantize

    def used_to_int8() -> tuple[bytes, int]:
        used = fine_tune_quantised(folded, config, windows, calibration, experiment.seed)
        return convert(used, calibration), 0 if used is folded else aware_epochs(config)

    if config.aware_epochs:
        model, epochs = used_to_int8()
        record = Int8Record(settings=config, epochs=epochs)
    else:
        model, record = convert(folded, calibration), Int8Record(settings=config)
    if config.aware_epochs is None:
        clips = material.dataset.in_folds(training_folds(material.dataset, fold))
        truth = np.array(material.dataset.targets())[clips][owners]
        loss = Int8Loss(material, network, windows, truth)
        model, record = _what_loses_less(model, used_to_int8, loss, config)
        _tell(folder.name, record)
    (folder / TFLITE_FILE).unlink(missing_ok=True)  # kept last: what is there, is of this record
    write_atomic(folder / RECORD_FILE, msgspec.json.encode(record))
    write_atomic(folder / LIST_FILE, calibration_list(material, fold))
    write_atomic(folder / TFLITE_FILE, model)
    return model


def _what_loses_less(
    model: bytes,
    used_to_int8: Callable[[], tuple[bytes, int]],
    loss: Int8Loss,
    config: QuantizeConfig,
) -> tuple[bytes, Int8Record]:
    """A model that loses little, or else that of the network used to int8 if it loses less."""
    lost = loss.of(model)
    if lost <= LARGEST_LOSS:
        return model, Int8Record(settings=config, lost=lost)
    used, epochs = used_to_int8()
    left = loss.of(used)
    if left < lost:
        return used, Int8Record(settings=config, lost=lost, epochs=epochs, left=left)
    return model, Int8Record(settings=config, lost=lost, left=left)


def _tell(run: str, record: Int8Record) -> None:
    if record.lost is None or record.left is None:
        return
    after = f"{100 * record.left:.2f} once the network was used to it"
    left = after if record.epochs else f"{after}: it is left as it was"
    told = f"{run}: int8 lost {100 * record.lost:.2f} points of what was heard, {left}"
    console.print(told, soft_wrap=True)


def calibration_list(material: TrainingContext, fold: int | None) -> bytes:
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


def _windows(
    material: TrainingContext, fold: int | None
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    clips = material.dataset.in_folds(training_folds(material.dataset, fold))
    return windows_of_clips(material.features, clips, material.experiment.window)
