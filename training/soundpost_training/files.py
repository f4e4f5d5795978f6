"""Writes files and folders completely or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from soundpost.errors import SoundpostError
from soundpost_training.errors import TrainingError

HINT = (
    "make room, or name another folder (--runs, --models, --out); the same command resumes with "
    "what was stored"
)

OUT_HINT = "make room, or name another folder with --out"
"""Of commands that store nothing before their end."""

NAMED = 3
"""Files of a folder that an error names."""


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
def atomic_path(path: Path, hint: str = HINT) -> Iterator[Path]:
    """Yields a path to write to, as `replacing` does, with errors for the user.

    Raises:
        TrainingError: The disk is full or may not be written to; an older file stays as it was.
    """
    with explain_write_errors(path, hint), replacing(path) as partial:
        yield partial


def write_atomic(path: Path, content: bytes, hint: str = HINT) -> None:
    """Writes a small file completely or not at all; see `atomic_path`."""
    with atomic_path(path, hint) as partial:
        partial.write_bytes(content)


def require_writable(folder: Path) -> None:
    """Makes a folder, and raises an error if no file can be written to it.

    Commands that compute for hours call it first: nobody should learn only then that the result
    cannot be stored.

    Raises:
        TrainingError: The folder cannot be made or written to.
    """
    with explain_write_errors(folder, OUT_HINT):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def require_replaceable(target: Path, names: Collection[str]) -> None:
    """Raises an error if something else than an older version would be replaced.

    Args:
        target: The folder that is going to be written; it need not be there.
        names: The files and folders that it is going to have.

    Raises:
        TrainingError: It is no folder, or one that has files but none of these names: a typing
            error must not cost a folder of recordings.
    """
    if not target.exists():
        return
    hint = "name another folder, or move what is there away"
    if not target.is_dir():
        raise TrainingError(f"expected a folder at {target}, got a file", hint=hint)
    with explain_write_errors(target):
        there = {path.name for path in target.iterdir()}
    if there and there.isdisjoint(names):
        raise TrainingError(
            f"{target} is not replaced: expected an older version of it, with "
            f"{' or '.join(sorted(names)[:NAMED])}, got a folder with {min(there)}",
            hint=hint,
        )


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
        TrainingError: The folder cannot be written, or what is there is no older version of it;
            it stays as it was.
    """
    require_replaceable(parent / name, {Path(file).parts[0] for file in files})
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
