"""Training the network of one fold, so that an interrupted run goes on where it stopped."""

import math
from pathlib import Path

import keras

from soundpost_training.dataset import training_folds
from soundpost_training.examples.batches import TrainingBatches
from soundpost_training.experiment.experiment import Experiment, TrainConfig
from soundpost_training.files import atomic_path, explain_write_errors
from soundpost_training.network.build import build_model, refuse_baseline
from soundpost_training.progress import bar
from soundpost_training.runs.checkpoint import CHECKPOINT_FOLDER, Checkpoints
from soundpost_training.runs.history import History
from soundpost_training.runs.run_folder import MODEL_FILE
from soundpost_training.teacher import DistillationBatches, DistillationLoss
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.distillation import teach_fold
from soundpost_training.train.early_stopping import Validation, kept_back
from soundpost_training.train.initial_weights import interpolate_weights, load_initial_weights
from soundpost_training.train.optimizer import adamw

FLOAT, MIXED = "float32", "mixed_bfloat16"
"""Keras' names for how a network calculates; its weights are float32 in both."""


def train_fold(material: TrainingContext, fold: int | None) -> keras.Model:
    """The network trained on all folds but one, from the run's folder when it is there already.

    Args:
        material: The experiment and its data.
        fold: The fold that is held out, None for a network of all folds.

    Raises:
        TrainingError: The folder holds a run of another experiment.
        DatasetError: There is no such fold.
    """
    experiment = material.experiment
    folds = training_folds(material.dataset, fold)
    refuse_baseline(experiment.model)
    folder = material.claim(fold)
    finished = folder / MODEL_FILE
    if finished.is_file():
        return keras.saving.load_model(finished, compile=False)
    clips = material.dataset.in_folds(folds)
    back = kept_back(material.dataset, clips, experiment.train.validation_share, experiment.seed)
    examples = _examples(material, sorted(set(clips) - set(back)), fold)
    precision = MIXED if experiment.train.mixed_precision else FLOAT
    model = _untrained(experiment, len(material.dataset.labels), precision)
    load_initial_weights(model, material, fold)
    began = model.get_weights()
    model.compile(_optimizer(experiment.train, len(examples)), _loss(experiment))
    validation = Validation(material, back, folder) if back else None
    with explain_write_errors(folder):
        _fit(model, examples, experiment.train.epochs, folder, validation)
    if precision != FLOAT:
        trained = model.get_weights()
        model = _untrained(experiment, len(material.dataset.labels), FLOAT)
        model.set_weights(trained)
    if experiment.train.init_share:
        interpolate_weights(model, began, experiment.train.init_share)
    with atomic_path(finished) as partial:
        model.save(partial)
    return model


def _fit(
    model: keras.Model,
    examples: TrainingBatches | DistillationBatches,
    epochs: int,
    folder: Path,
    validation: Validation | None,
) -> None:
    """Trains from the latest checkpoint on, and leaves the averaged weights in the model.

    Batch by batch, for `fit` brings batches through TensorFlow's data sets, whose allocator hands
    all memory back after each batch: an eighth of the time went into faulting it in anew.
    """
    checkpoints = Checkpoints(folder / CHECKPOINT_FOLDER)
    done = checkpoints.restore(model)
    with bar() as progress, History(folder) as history:
        task = progress.add_task(folder.name, total=epochs, completed=done)
        for epoch in range(done + 1, epochs + 1):
            if validation is not None and validation.is_enough(epoch - 1):
                break
            examples.epoch = epoch - 1
            model.reset_metrics()
            for batch in range(len(examples)):
                loss = model.train_on_batch(*examples[batch])
            judged = None if validation is None else validation.look(model, epoch)
            history.tell(epoch, float(loss), judged)
            checkpoints.keep(model, epoch)
            progress.update(task, advance=1, description=f"{folder.name}, loss {loss:.3f}")
    model.optimizer.finalize_variable_values(model.trainable_variables)
    if validation is not None:
        validation.take_best(model)


def _examples(
    material: TrainingContext, clips: list[int], held_out: int | None
) -> TrainingBatches | DistillationBatches:
    experiment = material.experiment
    if experiment.teacher is None:
        return TrainingBatches(experiment, material.bank(clips), experiment.train.batch_size)
    batches = math.ceil(len(clips) / experiment.train.batch_size)
    return DistillationBatches(experiment, material.pool, teach_fold(material, held_out), batches)


def _untrained(experiment: Experiment, labels: int, precision: str) -> keras.Model:
    keras.utils.set_random_seed(experiment.seed)
    bands = experiment.features.mel_bands
    keras.config.set_dtype_policy(precision)
    try:
        return build_model(experiment.model, experiment.window.frames, bands, labels)
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
