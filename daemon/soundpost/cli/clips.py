"""`soundpost clips`: lists the stored clips, and copies them."""

import logging
from pathlib import Path
from typing import TextIO

from soundpost.cli.clip_export import ClipExport
from soundpost.errors import ConfigError, EvidenceError, did_you_mean
from soundpost.evidence.store.read_clip import FoundClip
from soundpost.evidence.store.scan import read_folder
from soundpost.system.printable import printable

MOST_SHOWN = 64
"""Characters of a label, which is as long as a bundle allows."""

MOST_LABELS = 50
"""Labels that a warning lists."""

_log = logging.getLogger("soundpost.evidence")


def clips(folder: str | None, label: str | None, export_to: Path | None, out: TextIO) -> None:
    """Prints a line for each clip of a folder, oldest first, and copies the files if asked to.

    If there are clips but none of the label, a warning lists the labels that have some.

    Args:
        folder: The configured folder.
        label: Only clips of this label, by itself or by its common name; None for all.
        export_to: The folder to copy the files to; None to copy nothing.
        out: Receives the lines.

    Raises:
        ConfigError: No folder is configured.
        EvidenceError: The folder cannot be read, the other one cannot be written, or it has other
            files of the same names.
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
    export = ClipExport(export_to) if export_to is not None else None
    labels: set[str] = set()
    for clip in read_folder(folder):
        found = clip.detection.label
        labels.add(found)
        if label is not None and label not in {found, clip.detection.common_name}:
            continue
        out.write(_line(clip))
        if export is not None:
            export.copy(folder, clip.stem)
    if label is not None and labels and label not in labels:
        named = ", ".join(printable(found, MOST_SHOWN) for found in sorted(labels)[:MOST_LABELS])
        hint = did_you_mean(label, labels, f"there are clips of {named}")
        _log.warning("there is no clip of %s: %s", label, hint)
    if export is not None:
        export.finish()


def _line(clip: FoundClip) -> str:
    """Returns a line about a clip; its sidecar may hold any text."""
    sidecar, detection = clip.sidecar, clip.detection
    silenced_seconds = sum(end - start for start, end in sidecar.silenced)
    silenced = f"  muted {silenced_seconds:.1f} s" if silenced_seconds else ""
    onset, label = printable(detection.onset, MOST_SHOWN), printable(detection.label, MOST_SHOWN)
    name = f"  {printable(detection.common_name, MOST_SHOWN)}" if detection.common_name else ""
    return (
        f"{sidecar.clip}  {onset}  {detection.score:.2f}  {sidecar.seconds:5.1f} s"
        f"  {label}{name}{silenced}\n"
    )
