"""Refuses teachers that may have been trained on the fold that their student holds out."""

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
    training = manifest.training
    if training.data == dataset.name and fold in training.folds:
        raise TrainingError(
            f"the teacher {manifest.id} was trained on fold {fold} of {training.data}, "
            "which its student holds out",
            hint=f"use it where fold {training.held_out_folds} is held out, or teach with runs",
        )
    if training.data != dataset.name and not config.bundle_never_heard_them:
        raise TrainingError(
            f"the teacher {manifest.id} was trained on {training.data}: its manifest does not say "
            f"whether clips of {dataset.name} that its student holds out were among them",
            hint="if none were, set teacher.bundle_never_heard_them = true",
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
