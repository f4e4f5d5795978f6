"""The details of one recording in files: result, scores over time, spectrogram, sound."""

from soundpost.cli.listen.details.folder import Reading, RecordingDetails

__all__ = [
    "Reading",
    "RecordingDetails",
]
