"""Writes the clips of a head as folders that `soundpost-train quick` reads."""

from pathlib import Path

from soundpost.errors import TeachError
from soundpost.evidence.encode.flac import encode_flac
from soundpost.heads import current_version, version_folder
from soundpost.recording import RecordingError
from soundpost.system.atomic_file import write_atomic
from soundpost.teach.kept import read_kept
from soundpost.teach.label_name import taught_folder
from soundpost.teach.sound.clip_sound import read_clip_sound
from soundpost.teach.sound.kept_sounds import sound_path

RATE_HZ = 48_000
"""Of the files: that of most microphones; training converts it to the rate of its network."""


def export_clips(heads: Path, label: str, folder: Path) -> int:
    """Writes the clips of the version in use, and returns how many.

    Clips of the label are written to `sounds/LABEL`, those of other sounds to `background`.

    Args:
        heads: The folder of heads.
        label: The label.
        folder: A folder that is not there, or is empty.

    Raises:
        TeachError: The label was never taught, the folder has files, the disk refuses it, or no
            clip of the label is left.
        HeadError: Its head is damaged.
    """
    label_folder = taught_folder(heads, label)
    kept = read_kept(version_folder(label_folder, current_version(label_folder)))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TeachError(f"{folder} is in use", hint="name a folder that is not there")
    written = 0
    for clip in kept.clips if kept else ():
        own, given = sound_path(label_folder, clip.key), Path(clip.path)
        try:
            sound = read_clip_sound(own if own.is_file() else given, RATE_HZ)
        except RecordingError:
            continue
        target = folder / "sounds" / label if clip.side == "label" else folder / "background"
        try:
            target.mkdir(parents=True, exist_ok=True)
            write_atomic(target / f"{clip.key[:16]}.flac", encode_flac(sound.samples, RATE_HZ))
        except OSError as error:
            raise TeachError(
                f"{target} cannot be written: {error.strerror or error}",
                hint="free space on the disk, or name another folder",
            ) from error
        written += clip.side == "label"
    if not written:
        raise TeachError(
            f"no clip of {label} is left",
            hint="the head keeps no sound: teach it with --keep-sounds, or export the clips' own "
            "folder",
        )
    return written
