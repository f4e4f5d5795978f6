"""The exceptions of training; each has a hint for the user at the workstation."""

from typing import ClassVar

from soundpost.errors import EX_CONFIG, SoundpostError

MISSED_BUDGET = 3
"""The exit status of a step that ended and wrote its results, which miss a budget of false alarms.

Neither an error (1) nor a wrong command line (2, as argparse has it).
"""


class ExperimentError(SoundpostError):
    """An experiment's file or a command line option is wrong."""

    exit_status: ClassVar[int] = EX_CONFIG


class DatasetError(SoundpostError):
    """The recordings, their labels or their folds cannot be used."""


class TrainingError(SoundpostError):
    """A run cannot continue, or the files that it left do not belong together."""


class DownloadError(SoundpostError):
    """Recordings cannot be downloaded."""
