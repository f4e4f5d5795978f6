"""Looking through the clips of a folder, and taking some along."""

import difflib
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from soundpost.errors import ConfigError, EvidenceError
from soundpost.evidence.store.files import SUFFIXES, Sidecar
from soundpost.evidence.store.retention import read_folder

_log = logging.getLogger("soundpost.evidence")


def clips(folder: str | None, label: str | None, export_to: Path | None, out: TextIO) -> None:
    """Write a line for each clip of a folder, oldest first, and copy their files elsewhere.

    Where there are clips but none of the label, the log says of which there are.

    Args:
        folder: Where they lie, as the configuration says.
        label: Those of this label only; None for all.
        export_to: Where the files are copied to, or None.
        out: Where the lines go.

    Raises:
        ConfigError: No folder is configured.
        EvidenceError: The folder cannot be read, or the other one not be written.
    """
    if folder is None:
        raise ConfigError(
            "no evidence is kept: evidence.folder is not set",
            hint="name the folder with --evidence DIR, or the file that names it with --config",
        )
    try:
        _clips(Path(folder), label, export_to, out)
    except BrokenPipeError:
        raise  # the reader of our lines went away, which is no fault of the folder
    except OSError as error:
        raise EvidenceError(
            f"{error.filename or folder}: {error.strerror}",
            hint="a folder that does not exist holds no clips yet; else see who may read and write",
        ) from error


def _clips(folder: Path, label: str | None, export_to: Path | None, out: TextIO) -> None:
    if export_to is not None:
        export_to.mkdir(parents=True, exist_ok=True)
    heard: set[str] = set()
    for path, sidecar in _found(folder):
        heard.add(sidecar.told().label)
        if label is not None and sidecar.told().label != label:
            continue
        out.write(_line(sidecar))
        if export_to is not None:
            for suffix in SUFFIXES:
                shutil.copy2(path.with_suffix(suffix), export_to)
    if label is not None and heard and label not in heard:
        _log.warning("there is no clip of %s: %s", label, _guess(label, heard))


def _guess(label: str, heard: set[str]) -> str:
    near = difflib.get_close_matches(label, heard, n=1)
    return f"did you mean {near[0]}?" if near else f"there are of {', '.join(sorted(heard))}"


def _found(folder: Path) -> Iterator[tuple[Path, Sidecar]]:
    """The clips that are whole: the sound comes onto the disk last."""
    next(folder.iterdir(), None)  # raises where there is no folder, which a glob passes over
    for path, sidecar in read_folder(folder):
        if (folder / sidecar.clip).is_file():
            yield path, sidecar


def _line(sidecar: Sidecar) -> str:
    told = sidecar.told()
    muted_seconds = sum(end - start for start, end in sidecar.muted)
    muted = f"  muted {muted_seconds:.1f} s" if muted_seconds else ""
    return (
        f"{sidecar.clip}  {told.onset}  {told.score:.2f}  {sidecar.seconds:5.1f} s"
        f"  {told.label}{muted}\n"
    )
