"""Refuses teachers and initial weights that may come from recordings that are held out."""

from dataclasses import dataclass

from soundpost.manifest import Manifest, log_mel_input
from soundpost_training.dataset.clip import Dataset
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.teacher import TeacherConfig


def refuse_other_data(name: str, theirs: Experiment, ours: Experiment) -> None:
    """Raises an error unless a run has the student's data, features and windows.

    Then both held out the same folds, and take the same input.

    Args:
        name: Of the run.
        theirs: The experiment of the run.
        ours: The student's experiment.

    Raises:
        TrainingError: A table differs.
    """
    for section in ("data", "features", "window"):
        expected, got = getattr(ours, section), getattr(theirs, section)
        if expected != got:
            raise TrainingError(
                f"the teacher {name} has another [{section}]: expected {expected}, got {got}",
                hint="a teacher must have its student's features, windows and folds",
            )


def refuse_other_layers(name: str, theirs: TeacherConfig | None, ours: TeacherConfig) -> None:
    """Raises an error unless the heads of a run are on the layers of the student's teacher.

    Args:
        name: Of the run.
        theirs: The teacher of the run.
        ours: The student's teacher.

    Raises:
        TrainingError: The heads are on other layers.
    """
    expected = (ours.weights, ours.layers)
    got = None if theirs is None else (theirs.weights, theirs.layers)
    if expected != got:
        raise TrainingError(
            f"the heads of {name} are on other layers: expected {expected}, got {got}",
            hint="give both experiments the same teacher.weights and teacher.layers",
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """A setting by which the user states that a bundle was not trained on what is held out.

    Attributes:
        setting: Its name, for error messages.
        is_made: True if it is set.
    """

    setting: str
    is_made: bool


def refuse_trained_on(
    manifest: Manifest, dataset: Dataset, fold: int | None, statement: Statement
) -> None:
    """Raises an error if a bundle was trained on the held-out fold, or may have been.

    The manifest states the folds of a published data set that the bundle was trained on. Of other
    recordings it cannot know whether they are among them.

    Args:
        manifest: Of the bundle.
        dataset: The recordings.
        fold: What is held out, if anything.
        statement: The user's statement about other recordings.

    Raises:
        TrainingError: The bundle was trained on the fold, or on other data without the statement.
    """
    training = manifest.training
    if training.data == dataset.name and fold in training.folds:
        raise TrainingError(
            f"the bundle {manifest.id} was trained on fold {fold} of {training.data}, which is "
            "held out",
            hint=f"use it where fold {training.held_out_folds} is held out, or use a run",
        )
    if training.data != dataset.name and not statement.is_made:
        raise TrainingError(
            f"the bundle {manifest.id} was trained on {training.data}: its manifest does not say "
            f"whether clips of {dataset.name} that are held out were among them",
            hint=f"if none were, set {statement.setting} = true",
        )


def refuse_bundle(
    manifest: Manifest,
    config: TeacherConfig,
    experiment: Experiment,
    dataset: Dataset,
    fold: int | None,
) -> None:
    """Raises an error unless a bundle fits a student and was not trained on its held-out fold.

    Args:
        manifest: Of the bundle.
        config: The student's teachers.
        experiment: The student's experiment.
        dataset: The student's recordings.
        fold: What the student holds out, if anything.

    Raises:
        BundleError: The bundle takes a waveform.
        TrainingError: The bundle takes another input, lacks a label, was trained on the held-out
            fold, or was trained on other data without a statement that these recordings were not
            among them.
    """
    refuse_trained_on(
        manifest,
        dataset,
        fold,
        Statement("teacher.bundle_never_heard_them", is_made=config.bundle_never_heard_them),
    )
    model_input = log_mel_input(manifest, "teaching a student")
    missing = set(dataset.labels) - set(manifest.label_names)
    has_same_input = (
        model_input.features == experiment.features
        and model_input.window_frames == experiment.window.frames
        and manifest.output.activation == "softmax"
    )
    if missing or not has_same_input:
        reason = (
            f"has no label {', '.join(sorted(missing))}"
            if missing
            else "has other features, another window or another activation"
        )
        raise TrainingError(
            f"the teacher {manifest.id} {reason}",
            hint="give the student the bundle's [features], window.frames and labels",
        )
