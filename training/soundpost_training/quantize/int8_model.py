"""Makes the int8 model of a fold, fine-tuned for int8 where that loses accuracy."""

import csv
import io
from collections.abc import Callable

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.folds import training_folds
from soundpost_training.dataset.paths import text_of
from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.experiment.deploy import QuantizeConfig
from soundpost_training.files import write_atomic
from soundpost_training.network.build import fold_scaling, single_logit
from soundpost_training.network.streaming.parts import with_streaming
from soundpost_training.progress import console
from soundpost_training.quantize.accuracy_loss import Int8AccuracyLoss
from soundpost_training.quantize.convert import calibration_windows, choose_windows, convert
from soundpost_training.quantize.qat import fine_tune_quantised, qat_epochs
from soundpost_training.quantize.record import RECORD_FILE, Int8Record, is_made_with
from soundpost_training.runs.run_folder import TFLITE_FILE
from soundpost_training.train.context import TrainingContext

LIST_FILE = "int8_calibration.csv"
"""The windows that the int8 ranges were taken from."""

LARGEST_LOSS = 0.005
"""Of accuracy on the training clips; a network that loses more is fine-tuned for int8."""


def has_int8(context: TrainingContext, fold: int | None) -> bool:
    """Returns whether a fold has an int8 model made with the experiment's settings."""
    folder = context.fold_folder(fold)
    if not (folder / TFLITE_FILE).is_file():
        return False
    return is_made_with(folder, context.experiment.quantize)


def make_int8(context: TrainingContext, fold: int | None, network: keras.Model) -> bytes:
    """Makes the TFLite file of a fold's network, and saves it with the record of how.

    Args:
        context: The experiment and its data.
        fold: The held-out fold, None for none.
        network: Trained on the other folds.

    Raises:
        TrainingError: Keras runs on a backend that cannot convert, or the disk is full.
    """
    experiment, dataset = context.experiment, context.dataset
    folder = context.fold_folder(fold)
    clips, windows, owners = _training_windows(context, fold)
    rng = np.random.default_rng(experiment.seed)
    count = experiment.bundle.calibration_windows
    calibration = calibration_windows(rng, windows, count, experiment.features.log_offset)
    # Layers are numbered anew, so that equal weights make equal bytes whatever was built before.
    keras.backend.clear_session(free_memory=False)
    folded = fold_scaling(network, experiment.model)
    config = experiment.quantize

    def to_tflite(trained: keras.Model) -> bytes:
        device = single_logit(trained) if dataset.has_background_label else trained
        return convert(device, calibration)

    def fine_tune() -> tuple[bytes, int]:
        tuned = fine_tune_quantised(folded, config, windows, calibration, experiment.seed)
        return to_tflite(tuned), 0 if tuned is folded else qat_epochs(config)

    if config.aware_epochs is None:
        truth = np.array(dataset.targets())[clips][owners]
        loss = Int8AccuracyLoss(experiment, dataset, network, windows, truth)
        model, record = choose_model(to_tflite(folded), fine_tune, loss.of, config)
        _print(folder.name, record)
    elif config.aware_epochs:
        model, epochs = fine_tune()
        record = Int8Record(settings=config, epochs=epochs)
    else:
        model, record = to_tflite(folded), Int8Record(settings=config)
    model = with_streaming(model, experiment.window.stride_frames)
    (folder / TFLITE_FILE).unlink(missing_ok=True)  # written last, so it always fits its record
    write_atomic(folder / RECORD_FILE, msgspec.json.encode(record))
    write_atomic(folder / LIST_FILE, calibration_list(context, fold))
    write_atomic(folder / TFLITE_FILE, model)
    return model


def choose_model(
    model: bytes,
    fine_tune: Callable[[], tuple[bytes, int]],
    loss_of: Callable[[bytes], float],
    config: QuantizeConfig,
) -> tuple[bytes, Int8Record]:
    """Returns a model that loses little, else the fine-tuned one if it loses less.

    Args:
        model: The TFLite file without quantisation-aware training.
        fine_tune: Makes the fine-tuned TFLite file, and returns it with its number of epochs.
        loss_of: Measures the accuracy that a TFLite file loses, 0.01 for a point.
        config: The settings, for the record.
    """
    before = loss_of(model)
    if before <= LARGEST_LOSS:
        return model, Int8Record(settings=config, loss_before=before)
    tuned, epochs = fine_tune()
    after = loss_of(tuned)
    if after >= before:
        return model, Int8Record(settings=config, loss_before=before, loss_after=after)
    return tuned, Int8Record(settings=config, loss_before=before, epochs=epochs, loss_after=after)


def _print(run: str, record: Int8Record) -> None:
    """Prints what quantisation-aware training brought, if there was any."""
    if record.loss_before is None or record.loss_after is None:
        return
    after = f"{100 * record.loss_after:.2f} after quantisation-aware training"
    console.print(
        f"{run}: int8 lost {100 * record.loss_before:.2f} points of training accuracy, "
        + (after if record.epochs else f"{after}, which was undone"),
        soft_wrap=True,
    )


def calibration_list(context: TrainingContext, fold: int | None) -> bytes:
    """Returns the windows that a fold's int8 ranges are taken from, as CSV of clip and frame.

    The two added windows, floor and ceiling of the features, belong to no clip and are left out.
    """
    clips, windows, owners = _training_windows(context, fold)
    experiment = context.experiment
    rng = np.random.default_rng(experiment.seed)
    chosen = choose_windows(rng, len(windows), experiment.bundle.calibration_windows)
    firsts = np.searchsorted(owners, owners)  # where each window's clip begins
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["clip", "first_frame"])
    for window in np.sort(chosen):
        path = context.dataset.clips[clips[owners[window]]].path
        frame = (window - firsts[window]) * experiment.window.stride_frames
        rows.writerow([text_of(f"{path.parent.name}/{path.name}"), int(frame)])
    return text.getvalue().encode()


def _training_windows(
    context: TrainingContext, fold: int | None
) -> tuple[list[int], NDArray[np.float32], NDArray[np.int64]]:
    """Returns a fold's training clips, their windows, and the place of each window's clip."""
    clips = context.dataset.in_folds(training_folds(context.dataset, fold))
    return clips, *windows_of_clips(context.features, clips, context.experiment.window)
