"""Writes files and folders completely or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from soundpost.errors import SoundpostError
from soundpost_training.errors import TrainingError

HINT = (
    "make room, or name another folder (--runs, --models, --out); the same command resumes with "
    "what was stored"
)


@contextmanager
def explain_write_errors(
    path: Path, hint: str = HINT, error_type: type[SoundpostError] = TrainingError
) -> Iterator[None]:
    """Turns an `OSError` of the block into an error that names the file and has a hint.

    Raises:
        TrainingError: The disk is full or may not be written to; or an error of the given type.
    """
    try:
        yield
    except OSError as error:
        raise error_type(
            f"{path} cannot be written: {error.strerror or error}", hint=hint
        ) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a path that replaces `path` when the block ends, or is removed when it fails.

    The process id is part of its name: two processes may make the same file at the same time. Its
    folder is made when it is missing.

    Raises:
        OSError: The file cannot be written; an older file of that name stays as it was.
    """
    partial = path.with_name(f"partial-{os.getpid()}-{path.name}")
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
def atomic_path(path: Path) -> Iterator[Path]:
    """Yields a path to write to, as `replacing` does, with errors for the user.

    Raises:
        TrainingError: The disk is full or may not be written to; an older file stays as it was.
    """
    with explain_write_errors(path), replacing(path) as partial:
        yield partial


def write_atomic(path: Path, content: bytes) -> None:
    """Writes a small file completely or not at all; see `atomic_path`."""
    with atomic_path(path) as partial:
        partial.write_bytes(content)


def install_folder(
    files: dict[str, bytes], parent: Path, name: str, verify: Callable[[Path], None]
) -> Path:
    """Writes a folder with these files, replaces an older one, and returns its path.

    Args:
        files: Contents by paths within the folder.
        parent: The folder to put it in; made when it is missing.
        name: The name of the folder.
        verify: Checks the written folder before it is put in place, and raises to refuse it.

    Raises:
        TrainingError: The folder cannot be written; an older one stays as it was.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return _install(files, parent, name, verify)
    except OSError as error:
        raise TrainingError(
            f"{name} cannot be written to {parent}: {error.strerror or error}",
            hint="make room, or name another folder",
        ) from error


def _install(
    files: dict[str, bytes], parent: Path, name: str, verify: Callable[[Path], None]
) -> Path:
    partial = Path(tempfile.mkdtemp(dir=parent, prefix=f".{name}-"))
    try:
        for file, content in files.items():
            (partial / file).parent.mkdir(exist_ok=True)
            (partial / file).write_bytes(content)
        verify(partial)
        partial.chmod(0o755)
        target = parent / name
        if target.exists():
            _swap(partial, target)
        else:
            partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return target


def _swap(partial: Path, target: Path) -> None:
    """Replaces a folder by another; the old one is restored when that fails or is interrupted."""
    old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-old-"))
    try:
        target.rename(old / target.name)
        partial.rename(target)
    except BaseException:
        if not target.exists():
            (old / target.name).rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
