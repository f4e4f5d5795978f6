"""Teachers: heads on a frozen ear, whole networks, and what a student learns from them."""

from soundpost_training.teacher.judged import Judged, judge_teachers
from soundpost_training.teacher.lessons import Lessons, TaughtExamples, teach
from soundpost_training.teacher.loss import DistillationLoss
from soundpost_training.teacher.pool import Pool, fill_pool
from soundpost_training.teacher.student import Student

__all__ = [
    "DistillationLoss",
    "Judged",
    "Lessons",
    "Pool",
    "Student",
    "TaughtExamples",
    "fill_pool",
    "judge_teachers",
    "teach",
]
