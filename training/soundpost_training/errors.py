"""What can go wrong in training, for the person at the workstation."""

from typing import ClassVar

from soundpost.errors import EX_CONFIG, SoundpostError


class ExperimentError(SoundpostError):
    """The experiment's file or a flag is wrong."""

    exit_status: ClassVar[int] = EX_CONFIG


class DatasetError(SoundpostError):
    """The recordings, their labels or their folds cannot be used as they are."""


class TrainingError(SoundpostError):
    """A run cannot go on, or what it left does not belong together."""


class DownloadError(SoundpostError):
    """Recordings cannot be had from where they are published."""
