"""An array of answers that takes long to fill, kept on disk as far as it has come."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost_training.files import explain_write_errors, write_atomic
from soundpost_training.progress import bar

Answers = NDArray[np.float16]

FLUSH_EVERY = 100
"""Batches: so much is done again after an interruption."""


def fill_resumable(
    path: Path,
    shape: tuple[int, int],
    batch: int,
    answer: Callable[[NDArray[np.int64]], NDArray[Any]],
    title: str,
) -> Answers:
    """float16[shape], mapped from a file; what was answered before an interruption is kept.

    Args:
        path: The file, which is named by all that the answers depend on.
        shape: Questions, and numbers that answer one.
        batch: Questions asked at once.
        answer: What answers them, by their numbers.
        title: What is going on, for people.

    Raises:
        TrainingError: The disk has no room for it.
    """
    done_path = path.with_suffix(".done")
    done = int(done_path.read_text()) if path.is_file() and done_path.is_file() else 0
    with explain_write_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        answers = np.lib.format.open_memmap(path, "r+" if done else "w+", np.float16, shape)
        _take_room(path)
    with bar() as progress:
        task = progress.add_task(title, total=shape[0], completed=done)
        for first in range(done, shape[0], batch):
            asked = np.arange(first, min(first + batch, shape[0]))
            answers[asked] = answer(asked)
            progress.advance(task, len(asked))
            if first // batch % FLUSH_EVERY == 0:
                answers.flush()
                write_atomic(done_path, str(first + len(asked)).encode())
    answers.flush()
    write_atomic(done_path, str(shape[0]).encode())
    return answers


def _take_room(path: Path) -> None:
    """Has the disk give all room at once: a mapped file that finds none ends the process."""
    with path.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
