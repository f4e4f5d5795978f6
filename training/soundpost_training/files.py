"""Writes files and folders completely or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from soundpost_training.errors import TrainingError


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
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


def write_atomic(path: Path, content: bytes) -> None:
    """Writes a small file, whole or not at all; see `atomic_path`."""
    with atomic_path(path) as partial:
        partial.write_bytes(content)


def install_folder(
    files: dict[str, bytes], parent: Path, name: str, verify: Callable[[Path], None]
) -> Path:
    """The folder with these files, replacing an older one of the same name.

    Args:
        files: What to write, by paths within the folder.
        parent: The folder that gets it, made when it is not there.
        name: What it is called there.
        verify: Looks at the written folder before it is put in place, and raises to refuse it.

    Raises:
        TrainingError: It cannot be written; what was there is there still.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return _place(files, parent, name, verify)
    except OSError as error:
        raise TrainingError(
            f"{name} cannot be written to {parent}: {error.strerror or error}",
            hint="make room, or name another folder",
        ) from error


def _place(
    files: dict[str, bytes], parent: Path, name: str, verify: Callable[[Path], None]
) -> Path:
    partial = Path(tempfile.mkdtemp(dir=parent, prefix=f".{name}-"))
    try:
        for file, content in files.items():
            (partial / file).parent.mkdir(exist_ok=True)
            (partial / file).write_bytes(content)
        verify(partial)
        partial.chmod(0o755)
        goal = parent / name
        if goal.exists():
            _swap(partial, goal)
        else:
            partial.rename(goal)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return goal


def _swap(partial: Path, goal: Path) -> None:
    """Puts a folder where another is, which comes back when that is interrupted or fails."""
    old = Path(tempfile.mkdtemp(dir=goal.parent, prefix=f".{goal.name}-old-"))
    try:
        goal.rename(old / goal.name)
        partial.rename(goal)
    except BaseException:
        if not goal.exists():
            (old / goal.name).rename(goal)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
