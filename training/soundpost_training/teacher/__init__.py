"""Teachers: heads on a frozen ear, whole networks, and what a student learns from them."""

from soundpost_training.teacher.accuracy import TeacherAccuracy, judge_teachers
from soundpost_training.teacher.example_pool import Pool, fill_pool
from soundpost_training.teacher.loss import DistillationLoss
from soundpost_training.teacher.soft_labels import DistillationBatches, SoftLabels, teach
from soundpost_training.teacher.student import Student

__all__ = [
    "DistillationBatches",
    "DistillationLoss",
    "Pool",
    "SoftLabels",
    "Student",
    "TeacherAccuracy",
    "fill_pool",
    "judge_teachers",
    "teach",
]
