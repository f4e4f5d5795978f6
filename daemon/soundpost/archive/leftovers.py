"""Names files of an earlier run that the present one did not write, and that may be wrong."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from soundpost.archive.acoustics import ACOUSTICS_FILE
from soundpost.archive.outputs import DETECTIONS_FILE, RECORDINGS_FILE
from soundpost.archive.report import PAGE
from soundpost.archive.tables import TABLE_FILES

_OUTPUTS = (*TABLE_FILES, ACOUSTICS_FILE, PAGE)

_log = logging.getLogger("soundpost.archive")


@contextmanager
def naming_leftovers(out: Path) -> Iterator[None]:
    """Logs which files of an earlier run are still there after the context.

    They stay, because a person may have written into them. While the results are the same they are
    right, and not named.

    Args:
        out: The folder of the tables.
    """
    results, times = _digests(out), _times(out)
    yield
    if results == _digests(out):
        return
    now = _times(out)
    if left := [name for name, time in times.items() if now.get(name) == time]:
        _log.warning(
            "of an earlier run with other results, and not written again: %s\n"
            "  hint: name their formats or flags, too, or remove them",
            ", ".join(left),
        )


def _times(out: Path) -> dict[str, int]:
    """Returns the time of the last change of each output that is there."""
    paths = {name: out / name for name in _OUTPUTS}
    return {name: path.stat().st_mtime_ns for name, path in paths.items() if path.is_file()}


def _digests(out: Path) -> list[bytes]:
    """Returns a hash of each file that every run writes; they need not fit into memory."""
    digests = []
    for path in (out / DETECTIONS_FILE, out / RECORDINGS_FILE):
        with suppress(OSError), path.open("rb") as file:  # missing, or of another owner
            digests.append(hashlib.file_digest(file, "sha256").digest())
    return digests
