"""Trains the network of an experiment; an interrupted run continues from its checkpoint."""

from collections.abc import Sequence
from pathlib import Path

import keras
import msgspec
import numpy as np
from keras import ops
from numpy.typing import NDArray

from soundpost.classify import find_bundle
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.deploy import BundleConfig
from soundpost_training.experiment.init import BundleInit
from soundpost_training.files import atomic_path, explain_write_errors, write_atomic
from soundpost_training.network.arch.layer_names import LOGITS
from soundpost_training.network.build import build_model
from soundpost_training.network.pretrained.bundle_network import network_from_bundle
from soundpost_training.progress import bar
from soundpost_training.runs.checkpoint import CHECKPOINT_FOLDER, Checkpoints
from soundpost_training.runs.history import History
from soundpost_training.runs.run_folder import EXPERIMENT_FILE, MODEL_FILE
from soundpost_training.tagging.batches import TaggingBatches
from soundpost_training.tagging.examples.chosen_rows import ChosenRows
from soundpost_training.tagging.experiment import TaggingExperiment

FLOAT, MIXED = "float32", "mixed_bfloat16"

WARM_UP_STEPS = 1000
"""At most a twentieth of the training."""

LOSS_SCALE = 10.0
"""Most targets are near 0, so the mean loss is small beside AdamW's epsilon without it."""

PRIOR_LOGITS = (-7.0, 0.0)
"""Bounds of the initial biases, which are the logits of the labels' frequencies."""


def train_tagging(
    experiment: TaggingExperiment,
    labels: Sequence[str],
    log_mel: NDArray[np.float16] | ChosenRows,
    targets: NDArray[np.float32],
    folder: Path,
) -> keras.Model:
    """Returns the trained network with averaged weights; loads it if the run is finished.

    Args:
        experiment: The network and its training.
        labels: Their names, in the order of the targets.
        log_mel: float16[n, frames * bands] of the examples.
        targets: float32[n, labels].
        folder: Of the run, with checkpoints and the history.

    Raises:
        BundleError: There is no such bundle as `train.init`, or it is damaged.
        TrainingError: The folder cannot be written, or holds a run of another experiment; the
            bundle takes other windows.
    """
    _claim(folder, experiment)
    finished = folder / MODEL_FILE
    if finished.is_file():
        return keras.saving.load_model(finished, compile=False)
    precision = MIXED if experiment.train.mixed_precision else FLOAT
    model = _untrained(experiment, labels, targets, precision)
    batches = TaggingBatches(experiment, log_mel, targets)
    model.compile(_optimizer(experiment), _binary_cross_entropy)
    with explain_write_errors(folder):
        _fit(model, batches, experiment.train.epochs, folder)
    trained = model.get_weights()
    model = _untrained(experiment, labels, targets, FLOAT)
    model.set_weights(trained)
    with atomic_path(finished) as partial:
        model.save(partial)
    return model


def _claim(folder: Path, experiment: TaggingExperiment) -> None:
    """Ties a folder to an experiment, so that a run never continues with other weights.

    What only names or converts the bundle may differ.

    Raises:
        TrainingError: The folder holds a run of another experiment, or cannot be written.
    """
    path = folder / EXPERIMENT_FILE
    recipe = msgspec.structs.replace(experiment, bundle=BundleConfig(id="any", version="0.0.0"))
    content = msgspec.json.encode(recipe)
    if path.is_file() and path.read_bytes() != content:
        raise TrainingError(
            f"{folder} holds a run of another experiment than {experiment.name} is now",
            hint=f"give the changed experiment a new name, or remove {folder}",
        )
    write_atomic(path, content)


def _fit(model: keras.Model, batches: TaggingBatches, epochs: int, folder: Path) -> None:
    """Trains from the latest checkpoint on, and leaves the averaged weights in the model."""
    checkpoints = Checkpoints(folder / CHECKPOINT_FOLDER)
    done = checkpoints.restore(model)
    with bar(each=True) as progress, History(folder, done) as history:
        task = progress.add_task(folder.name, total=epochs, completed=done)
        for epoch in range(done + 1, epochs + 1):
            batches.epoch = epoch - 1
            losses = [float(model.train_on_batch(*batches[at])) for at in range(len(batches))]
            # Keras returns the mean of the epoch so far, unless its metrics are reset.
            loss = losses[-1]
            model.reset_metrics()
            history.append(epoch, loss, None)
            checkpoints.save_if_due(model, epoch)
            progress.update(task, advance=1, description=f"{folder.name}, loss {loss:.3f}")
    model.optimizer.finalize_variable_values(model.trainable_variables)


def _untrained(
    experiment: TaggingExperiment,
    labels: Sequence[str],
    targets: NDArray[np.float32],
    precision: str,
) -> keras.Model:
    keras.utils.set_random_seed(experiment.seed)
    frames, bands = experiment.window.frames, experiment.features.mel_bands
    init = experiment.train.init
    keras.config.set_dtype_policy(precision)
    try:
        if init is not None:
            return _from_bundle(init, labels, experiment)
        model = build_model(experiment.model, frames, bands, len(labels))
    finally:
        keras.config.set_dtype_policy(FLOAT)
    frequency = np.clip(targets.mean(axis=0), 1e-4, 0.5)
    last = model.get_layer(LOGITS)
    prior = np.clip(np.log(frequency / (1.0 - frequency)), *PRIOR_LOGITS)
    last.set_weights([last.get_weights()[0], prior])
    return model


def _from_bundle(
    init: BundleInit, labels: Sequence[str], experiment: TaggingExperiment
) -> keras.Model:
    """Returns the network of a bundle, if it takes the windows of the experiment."""
    model = network_from_bundle(find_bundle(init.bundle), labels, experiment.model.dropout)
    _, *taken, _ = model.input_shape
    windows = [experiment.window.frames, experiment.features.mel_bands]
    if taken != windows:
        raise TrainingError(
            f"train.init = {init.flag} takes windows of {taken} frames and bands, the experiment "
            f"has {windows}",
            hint="give the experiment the window and the features of the bundle's manifest",
        )
    return model


def _optimizer(experiment: TaggingExperiment) -> keras.optimizers.Optimizer:
    config = experiment.train
    total = config.epochs * config.epoch_batches
    warm_up = min(WARM_UP_STEPS, total // 20)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, total - warm_up, warmup_target=config.learning_rate, warmup_steps=warm_up
    )
    return keras.optimizers.AdamW(
        schedule,
        weight_decay=config.weight_decay,
        use_ema=True,
        ema_momentum=config.average_momentum,
    )


def _binary_cross_entropy(
    targets: keras.KerasTensor, logits: keras.KerasTensor
) -> keras.KerasTensor:
    """Returns the scaled mean binary cross-entropy of each example, float32[n]."""
    logits = ops.cast(logits, "float32")
    losses = ops.maximum(logits, 0.0) - logits * targets + ops.softplus(-ops.abs(logits))
    return LOSS_SCALE * ops.mean(losses, axis=-1)
