"""What a teacher must not have heard: the fold that its student holds out."""

from soundpost.manifest import Manifest
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import Experiment, TeacherConfig
from soundpost_training.teacher.student import Student


def refuse_run(name: str, theirs: Experiment, ours: Experiment) -> None:
    """Returns when a run hears what its student hears, and held out the same fold.

    Args:
        name: Of the run.
        theirs: Its experiment.
        ours: The student's.

    Raises:
        TrainingError: Its data, features or windows are others.
    """
    for section in ("data", "features", "window"):
        expected, got = getattr(ours, section), getattr(theirs, section)
        if expected != got:
            raise TrainingError(
                f"the teacher {name} has another [{section}]: expected {expected}, got {got}",
                hint="a teacher must hear what its student hears, and hold out the same folds",
            )


def refuse_other_ear(name: str, theirs: TeacherConfig | None, ours: TeacherConfig) -> None:
    """Returns when the heads of a run are on the layers that the student's teacher listens with.

    Args:
        name: Of the run.
        theirs: Its teacher.
        ours: The student's.

    Raises:
        TrainingError: They are on others.
    """
    expected = (ours.weights, ours.layers)
    got = None if theirs is None else (theirs.weights, theirs.layers)
    if expected != got:
        raise TrainingError(
            f"the heads of {name} are on other layers: expected {expected}, got {got}",
            hint="give both experiments the same teacher.weights and teacher.layers",
        )


def refuse_bundle(manifest: Manifest, config: TeacherConfig, student: Student) -> None:
    """Returns when a bundle can teach a student and has not heard what the student holds out.

    Raises:
        TrainingError: It cannot, or it has, or nobody says that it has not.
    """
    experiment, heard = student.experiment, manifest.training
    if heard.data == student.dataset.name and student.fold in heard.folds:
        raise TrainingError(
            f"the teacher {manifest.id} was trained on fold {student.fold} of {heard.data}, "
            "which its student holds out",
            hint=f"teach with it where fold {heard.held_out_folds} is held out, or with runs",
        )
    if heard.data != student.dataset.name and not config.bundle_never_heard_them:
        raise TrainingError(
            f"the teacher {manifest.id} was trained on {heard.data}: whether it has heard clips of "
            f"{student.dataset.name} that its student holds out, nobody can tell but you",
            hint="if it has not, say teacher.bundle_never_heard_them = true",
        )
    missing = set(student.dataset.labels) - set(manifest.label_names)
    same_ear = (
        manifest.input.features == experiment.features
        and manifest.input.window_frames == experiment.window.frames
        and manifest.output.activation == "softmax"
    )
    if missing or not same_ear:
        raise TrainingError(
            f"the teacher {manifest.id} "
            + (f"does not know {', '.join(sorted(missing))}" if missing else "hears otherwise"),
            hint="give the student the bundle's [features], window.frames and labels",
        )
