"""Keeping what a run makes: a file is there whole or not at all, and a full disk says so."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from soundpost_training.errors import TrainingError


@contextmanager
def kept(path: Path) -> Iterator[Path]:
    """Where to write a file that becomes `path` when the block ends, and is gone if it fails.

    Raises:
        TrainingError: The disk is full or may not be written to; what was there is there still.
    """
    partial = path.with_name(f"partial-{path.name}")
    with written(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            yield partial
            with partial.open("rb") as file:
                os.fsync(file.fileno())  # a name must not outlive a power cut without its content
            partial.replace(path)
        except BaseException:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Tells what fails while something is written to a file or a folder.

    Raises:
        TrainingError: The disk is full or may not be written to.
    """
    try:
        yield
    except OSError as error:
        raise TrainingError(
            f"{path} cannot be written: {error.strerror or error}",
            hint="make room, or name another folder (--runs, --models, --out); the same command "
            "goes on from what was kept",
        ) from error


def keep(path: Path, content: bytes) -> None:
    """Writes a small file, whole or not at all; see `kept`."""
    with kept(path) as partial:
        partial.write_bytes(content)
