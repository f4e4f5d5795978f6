"""Trains the network of one fold; an interrupted run continues from its latest checkpoint."""

import math
from pathlib import Path

import keras
import numpy as np

from soundpost.classify import find_bundle
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.folds import training_folds
from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.examples.batches import TrainingBatches
from soundpost_training.experiment.experiment import Experiment, TrainConfig
from soundpost_training.experiment.init import BundleInit
from soundpost_training.files import atomic_path, explain_write_errors
from soundpost_training.network.build import build_model, require_network
from soundpost_training.network.pretrained.bundle_network import network_from_bundle
from soundpost_training.progress import bar
from soundpost_training.runs.checkpoint import CHECKPOINT_FOLDER, Checkpoints
from soundpost_training.runs.history import History
from soundpost_training.runs.run_folder import MODEL_FILE
from soundpost_training.teacher.distillation import DistillationBatches, DistillationLoss
from soundpost_training.teacher.soft_labels import teach
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.early_stopping import EarlyStopping, split_validation
from soundpost_training.train.expected_time import ExpectedTime
from soundpost_training.train.initial_weights import (
    interpolate_weights,
    load_initial_weights,
    refuse_leaking_bundle,
)
from soundpost_training.train.optimizer import adamw
from soundpost_training.train.start_head import start_head

FLOAT, MIXED = "float32", "mixed_bfloat16"
"""Keras' names of the arithmetic of a network; its weights are float32 in both."""


def train_fold(context: TrainingContext, fold: int | None) -> keras.Model:
    """Returns the network trained on all folds but one; loads it if the run is finished.

    Args:
        context: The experiment and its data.
        fold: The held-out fold, None for a network of all folds.

    Raises:
        TrainingError: The folder holds a run of another experiment.
        DatasetError: There is no such fold.
    """
    experiment, dataset = context.experiment, context.dataset
    folds = training_folds(dataset, fold)
    require_network(experiment.model)
    folder = context.claim(fold)
    finished = folder / MODEL_FILE
    if finished.is_file():
        return keras.saving.load_model(finished, compile=False)
    clips = dataset.in_folds(folds)
    share = experiment.train.validation_share
    validation = split_validation(dataset, clips, share, experiment.seed)
    batches = _batches(context, sorted(set(clips) - set(validation)), fold)
    precision = MIXED if experiment.train.mixed_precision else FLOAT
    refuse_leaking_bundle(experiment, dataset, fold)
    model = _untrained(experiment, dataset, precision)
    load_initial_weights(model, experiment, dataset, folder)
    if isinstance(experiment.train.init, BundleInit):
        start_head(experiment, dataset, context.features, fold, model)
    initial = model.get_weights()
    model.compile(_optimizer(experiment.train, len(batches)), _loss(experiment))
    early_stopping = _early_stopping(context, validation, folder) if validation else None
    with explain_write_errors(folder):
        _fit(model, batches, experiment.train.epochs, folder, early_stopping)
    if precision != FLOAT:
        trained = model.get_weights()
        model = _untrained(experiment, dataset, FLOAT)
        model.set_weights(trained)
    if experiment.train.init_share:
        interpolate_weights(model, initial, experiment.train.init_share)
    with atomic_path(finished) as partial:
        model.save(partial)
    return model


def _fit(
    model: keras.Model,
    batches: TrainingBatches | DistillationBatches,
    epochs: int,
    folder: Path,
    early_stopping: EarlyStopping | None,
) -> None:
    """Trains from the latest checkpoint on, and leaves the averaged weights in the model.

    Calls `train_on_batch`, because `fit` passes batches through TensorFlow's data sets. Their
    allocator returns all memory after each batch, and faulting it in again took an eighth of the
    time.
    """
    checkpoints = Checkpoints(folder / CHECKPOINT_FOLDER)
    done = checkpoints.restore(model)
    expected = ExpectedTime(folder.name, (epochs - done) * len(batches))
    with bar(each=True) as progress, History(folder, done) as history:
        task = progress.add_task(folder.name, total=epochs, completed=done)
        for epoch in range(done + 1, epochs + 1):
            if early_stopping is not None and early_stopping.is_due(epoch - 1):
                break
            batches.epoch = epoch - 1
            model.reset_metrics()
            for batch in range(len(batches)):
                loss = model.train_on_batch(*batches[batch])
                expected.step()
            validation_loss = (
                None if early_stopping is None else early_stopping.evaluate(model, epoch)
            )
            history.append(epoch, float(loss), validation_loss)
            checkpoints.save_if_due(model, epoch)
            progress.update(task, advance=1, description=f"{folder.name}, loss {loss:.3f}")
    model.optimizer.finalize_variable_values(model.trainable_variables)
    if early_stopping is not None:
        early_stopping.restore_best(model)


def _batches(
    context: TrainingContext, clips: list[int], held_out: int | None
) -> TrainingBatches | DistillationBatches:
    experiment = context.experiment
    if experiment.teacher is None:
        return TrainingBatches(experiment, context.sound_bank(clips), experiment.train.batch_size)
    soft_labels = teach(context.pool, context.student(held_out))
    count = math.ceil(len(clips) / experiment.train.batch_size)
    return DistillationBatches(experiment, context.pool, soft_labels, count)


def _early_stopping(context: TrainingContext, clips: list[int], folder: Path) -> EarlyStopping:
    windows, owners = windows_of_clips(context.features, clips, context.experiment.window)
    truth = np.array(context.dataset.targets())[clips][owners]
    return EarlyStopping(windows, truth, folder, context.experiment.train.patience_epochs)


def _untrained(experiment: Experiment, dataset: Dataset, precision: str) -> keras.Model:
    keras.utils.set_random_seed(experiment.seed)
    bands, init = experiment.features.mel_bands, experiment.train.init
    keras.config.set_dtype_policy(precision)
    try:
        if isinstance(init, BundleInit):
            folder = find_bundle(init.bundle)
            return network_from_bundle(folder, dataset.labels, experiment.model.dropout)
        frames = experiment.window.frames
        return build_model(experiment.model, frames, bands, len(dataset.labels))
    finally:
        keras.config.set_dtype_policy(FLOAT)


def _optimizer(config: TrainConfig, steps: int) -> keras.optimizers.Optimizer:
    total = config.epochs * steps
    warm_up = int(config.warm_up_share * total)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, total - warm_up, warmup_target=config.learning_rate, warmup_steps=warm_up
    )
    return adamw(
        schedule,
        config.backbone_learning_rate and config.backbone_learning_rate / config.learning_rate,
        weight_decay=config.weight_decay,
        use_ema=True,
        ema_momentum=config.average_momentum,
    )


def _loss(experiment: Experiment) -> keras.losses.Loss:
    if experiment.teacher is None:
        return keras.losses.CategoricalCrossentropy(from_logits=True)
    return DistillationLoss(experiment.teacher.temperature, experiment.teacher.weight)
