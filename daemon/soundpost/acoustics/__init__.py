"""Measures the sound levels and acoustic indices of each minute (docs/ACOUSTICS.md)."""

from soundpost.acoustics.figures import MinuteFigures, Reason
from soundpost.acoustics.meter import MinuteMeter
from soundpost.acoustics.minutes import RecordingMinutes, UtcMinutes
from soundpost.acoustics.observer import AcousticsObserver
from soundpost.acoustics.reference import LevelReference

__all__ = [
    "AcousticsObserver",
    "LevelReference",
    "MinuteFigures",
    "MinuteMeter",
    "Reason",
    "RecordingMinutes",
    "UtcMinutes",
]
