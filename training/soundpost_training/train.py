"""Training the network of one fold, so that an interrupted run goes on where it stopped."""

from dataclasses import dataclass
from pathlib import Path

import keras
import msgspec
from rich.progress import Progress, TaskID

from soundpost_training.config import Experiment
from soundpost_training.dataset import Dataset, Features, training_folds
from soundpost_training.errors import TrainingError
from soundpost_training.examples import Examples
from soundpost_training.model import build_model
from soundpost_training.progress import bar

MODEL_FILE = "model.keras"
EXPERIMENT_FILE = "experiment.json"
CHECKPOINT_FOLDER = "checkpoint"
CHECKPOINT_EPOCHS = 5
"""At most this many epochs are lost when a run is stopped."""


@dataclass(frozen=True, slots=True)
class Material:
    """What every fold is trained from: the experiment, its recordings and their features."""

    experiment: Experiment
    dataset: Dataset
    features: Features


def fold_folder(runs: Path, experiment: Experiment, fold: int) -> Path:
    """Where the run that holds a fold out keeps what it makes."""
    return runs / experiment.name / f"fold{fold}"


def train_fold(material: Material, fold: int, runs: Path) -> keras.Model:
    """The network trained on all folds but one, from the run's folder when it is there already.

    Raises:
        TrainingError: The folder holds a run of another experiment.
        DatasetError: There is no such fold.
    """
    folder = fold_folder(runs, material.experiment, fold)
    folds = training_folds(material.dataset, fold)
    _claim(folder, material.experiment)
    finished = folder / MODEL_FILE
    if finished.is_file():
        return keras.saving.load_model(finished, compile=False)
    examples = _examples(material, folds)
    model = _compiled(material.experiment, len(material.dataset.labels), len(examples))
    epochs = material.experiment.train.epochs
    with bar() as progress:
        callbacks = [
            # First, for it decides which epoch the others see.
            keras.callbacks.BackupAndRestore(
                folder / CHECKPOINT_FOLDER, save_freq=CHECKPOINT_EPOCHS * len(examples)
            ),
            _Follow(examples, progress, progress.add_task(f"fold {fold}", total=epochs)),
            keras.callbacks.CSVLogger(folder / "history.csv", append=True),
        ]
        model.fit(examples, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks)
    partial = folder / f"partial-{MODEL_FILE}"
    model.save(partial)
    partial.replace(finished)
    return model


def _claim(folder: Path, experiment: Experiment) -> None:
    """Ties a folder to an experiment, so that no run goes on with another one's weights."""
    path = folder / EXPERIMENT_FILE
    mine = msgspec.json.format(msgspec.json.encode(experiment))
    if path.is_file() and path.read_bytes() != mine:
        raise TrainingError(
            f"{folder} holds a run of another experiment than {experiment.name} is now",
            hint=f"give the changed experiment a new name, or remove {folder}",
        )
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(mine)


def _examples(material: Material, folds: list[int]) -> Examples:
    dataset = material.dataset
    return Examples(
        material.experiment,
        material.features,
        dataset.in_folds(folds),
        dataset.targets(),
        len(dataset.labels),
    )


def _compiled(experiment: Experiment, labels: int, steps: int) -> keras.Model:
    config = experiment.train
    keras.utils.set_random_seed(experiment.seed)
    model = build_model(
        experiment.model, experiment.window.frames, experiment.features.mel_bands, labels
    )
    total = config.epochs * steps
    warm_up = int(config.warm_up_share * total)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, total - warm_up, warmup_target=config.learning_rate, warmup_steps=warm_up
    )
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=config.weight_decay,
        use_ema=True,
        ema_momentum=config.average_momentum,
    )
    model.compile(optimizer, keras.losses.CategoricalCrossentropy(from_logits=True))
    return model


class _Follow(keras.callbacks.Callback):
    """Tells the examples which epoch it is, and the person how far it has come."""

    def __init__(self, examples: Examples, progress: Progress, task: TaskID) -> None:
        super().__init__()
        self._examples = examples
        self._progress = progress
        self._task = task

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras; after a restart, `epoch` is where the run goes on."""
        del logs
        self._examples.epoch = epoch
        self._progress.update(self._task, completed=epoch)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras."""
        loss = (logs or {}).get("loss", float("nan"))
        told = f"{self._progress.tasks[0].description.split(',')[0]}, loss {loss:.3f}"
        self._progress.update(self._task, completed=epoch + 1, description=told)
