"""The teachers of a fold of an experiment."""

from soundpost_training.dataset import training_folds
from soundpost_training.material import Material
from soundpost_training.teacher import Judged, Lessons, Student, judge_teachers, teach


def teach_fold(material: Material, fold: int | None) -> Lessons:
    """What a fold's teachers tell its student, from the run's folder when it is there already.

    Raises:
        TrainingError: A teacher is not there, or has heard what its student holds out; or the
            folder holds a run of another experiment.
    """
    return teach(material.pool, _student(material, fold))


def judge_fold(material: Material, fold: int) -> Judged:
    """How often the teachers of a fold's student are right of that fold; they learn first.

    Raises:
        TrainingError: As `teach_fold` does.
        DatasetError: There is no such fold.
    """
    training_folds(material.dataset, fold)
    teach_fold(material, fold)
    return judge_teachers(_student(material, fold), material.features)


def _student(material: Material, fold: int | None) -> Student:
    return Student(material.experiment, material.dataset, material.claim(fold), fold)
