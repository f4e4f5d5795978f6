"""Putting a folder in place: whole or not at all."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from soundpost_training.errors import TrainingError


def place(files: dict[str, bytes], parent: Path, name: str, verify: Callable[[Path], None]) -> Path:
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
