"""The teachers of a fold of an experiment."""

from soundpost_training.dataset import training_folds
from soundpost_training.teacher import SoftLabels, Student, TeacherAccuracy, judge_teachers, teach
from soundpost_training.train.context import TrainingContext


def teach_fold(material: TrainingContext, fold: int | None) -> SoftLabels:
    """What a fold's teachers tell its student, from the run's folder when it is there already.

    Raises:
        TrainingError: A teacher is not there, or has heard what its student holds out; or the
            folder holds a run of another experiment.
    """
    return teach(material.pool, _student(material, fold))


def judge_fold(material: TrainingContext, fold: int) -> TeacherAccuracy:
    """How often the teachers of a fold's student are right of that fold; they learn first.

    Raises:
        TrainingError: As `teach_fold` does.
        DatasetError: There is no such fold.
    """
    training_folds(material.dataset, fold)
    teach_fold(material, fold)
    return judge_teachers(_student(material, fold), material.features)


def _student(material: TrainingContext, fold: int | None) -> Student:
    return Student(material.experiment, material.dataset, material.claim(fold), fold)
