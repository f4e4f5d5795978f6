"""Sound of clips that a head keeps, only if the user says so.

It lies in `sounds/` beside the versions of a label, by the hash of its samples.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from soundpost.errors import TeachError
from soundpost.evidence.encode.flac import encode_flac
from soundpost.recording import RecordingError
from soundpost.system.atomic_file import write_atomic
from soundpost.teach.sound.clips import ReadSound

FOLDER = "sounds"


def keep_sounds(label_folder: Path, sounds: Mapping[str, ReadSound], rate_hz: int) -> None:
    """Writes the sound of clips beside the versions of their label; those that are there stay.

    A clip whose file is gone by now is left out.

    Args:
        label_folder: Of the label.
        sounds: What reads them, by their keys.
        rate_hz: Their rate.

    Raises:
        TeachError: The disk refuses it.
    """
    folder = label_folder / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for key, read in sounds.items():
            path = sound_path(label_folder, key)
            if not path.exists():
                with suppress(RecordingError):
                    write_atomic(path, encode_flac(read(), rate_hz))
    except OSError as error:
        raise TeachError(
            f"the clips cannot be kept in {folder}: {error.strerror or error}",
            hint="free space on the disk, or teach without --keep-sounds",
        ) from error


def sound_path(label_folder: Path, key: str) -> Path:
    """Returns the path at which the sound of a clip is kept, if it is."""
    return label_folder / FOLDER / f"{key}.flac"
