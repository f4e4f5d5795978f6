"""Reads recordings of any format, as blocks of float32; device and training read by it."""

from soundpost.recording.errors import (
    InvalidSoundError,
    RecordingError,
    UnreadableError,
    problem_of,
)
from soundpost.recording.recording import Recording, open_recording

__all__ = [
    "InvalidSoundError",
    "Recording",
    "RecordingError",
    "UnreadableError",
    "open_recording",
    "problem_of",
]
