"""`soundpost clips`: lists the stored clips, and copies them."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from soundpost.errors import ConfigError, EvidenceError, did_you_mean
from soundpost.evidence.store.files import SUFFIXES, Sidecar
from soundpost.evidence.store.retention import read_folder

_log = logging.getLogger("soundpost.evidence")


def clips(folder: str | None, label: str | None, export_to: Path | None, out: TextIO) -> None:
    """Prints a line for each clip of a folder, oldest first, and copies the files if asked to.

    If there are clips but none of the label, a warning lists the labels that have some.

    Args:
        folder: The configured folder.
        label: Only clips of this label; None for all.
        export_to: The folder to copy the files to; None to copy nothing.
        out: Receives the lines.

    Raises:
        ConfigError: No folder is configured.
        EvidenceError: The folder cannot be read, or the other one cannot be written.
    """
    if folder is None:
        raise ConfigError(
            "no clips are stored: evidence.folder is not set",
            hint="name the folder with --evidence DIR, or the file that names it with --config",
        )
    try:
        _clips(Path(folder), label, export_to, out)
    except BrokenPipeError:
        raise  # the reader of the lines has gone, not the folder
    except OSError as error:
        raise EvidenceError(
            f"{error.filename or folder}: {error.strerror}",
            hint="a folder that does not exist has no clips yet; else check its permissions",
        ) from error


def _clips(folder: Path, label: str | None, export_to: Path | None, out: TextIO) -> None:
    if export_to is not None:
        export_to.mkdir(parents=True, exist_ok=True)
    labels: set[str] = set()
    for path, sidecar in _complete_clips(folder):
        found = sidecar.read_detection().label
        labels.add(found)
        if label is not None and found != label:
            continue
        out.write(_line(sidecar))
        if export_to is not None:
            for suffix in SUFFIXES:
                shutil.copy2(path.with_suffix(suffix), export_to)
    if label is not None and labels and label not in labels:
        others = f"there are clips of {', '.join(sorted(labels))}"
        _log.warning("there is no clip of %s: %s", label, did_you_mean(label, labels, others))


def _complete_clips(folder: Path) -> Iterator[tuple[Path, Sidecar]]:
    """Yields the clips that are complete: the sound is written last."""
    next(folder.iterdir(), None)  # raises if there is no folder; a glob would find nothing
    for path, sidecar in read_folder(folder):
        if (folder / sidecar.clip).is_file():
            yield path, sidecar


def _line(sidecar: Sidecar) -> str:
    detection = sidecar.read_detection()
    silenced_seconds = sum(end - start for start, end in sidecar.silenced)
    silenced = f"  muted {silenced_seconds:.1f} s" if silenced_seconds else ""
    return (
        f"{sidecar.clip}  {detection.onset}  {detection.score:.2f}  {sidecar.seconds:5.1f} s"
        f"  {detection.label}{silenced}\n"
    )
