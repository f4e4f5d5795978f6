"""The length of a recording, measured by reading it."""

from pathlib import Path

from soundpost.recording import RecordingError, open_recording
from soundpost_training.errors import DatasetError


def recording_seconds(path: Path) -> float:
    """Returns the length of a recording as the daemon reads it; headers may be wrong.

    Raises:
        DatasetError: The recording cannot be read.
    """
    try:
        with open_recording(path, allow_pipes=False) as recording:
            return sum(len(block) for block in recording.blocks()) / recording.rate_hz
    except RecordingError as error:
        raise DatasetError(str(error), hint=error.hint) from error
