"""Teachers: frozen ears, heads fitted on training folds, and what a student learns from them."""

from soundpost_training.teacher.lessons import Lessons, TaughtExamples, teach
from soundpost_training.teacher.loss import DistillationLoss
from soundpost_training.teacher.pool import Pool, fill_pool

__all__ = ["DistillationLoss", "Lessons", "Pool", "TaughtExamples", "fill_pool", "teach"]
