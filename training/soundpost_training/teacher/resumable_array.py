"""An array that takes long to compute, stored on disk in place as far as it is computed.

Every row has the same length, so the array is mapped from its file: it may be larger than memory.
Results of different lengths are stored in parts instead; see `dataset/decode/resumable.py`.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost_training.files import explain_write_errors, write_atomic
from soundpost_training.progress import bar

Answers = NDArray[np.float16]
"""The outputs of a network, a row for each example."""

FLUSH_EVERY = 100
"""Batches that are computed again after an interruption, at most: seconds to minutes of work."""


def fill_resumable(
    path: Path,
    shape: tuple[int, int],
    batch: int,
    compute: Callable[[NDArray[np.int64]], NDArray[Any]],
    title: str,
) -> Answers:
    """Returns float16[shape], mapped from a file; an interrupted computation resumes.

    Args:
        path: The file; everything that the rows depend on is part of its name.
        shape: Number of rows, and length of a row.
        batch: Answers computed at once.
        compute: Computes rows by their indices.
        title: Text beside the progress bar.

    Raises:
        TrainingError: The disk has no space for the array.
    """
    done_path = path.with_suffix(".done")
    done = int(done_path.read_text()) if path.is_file() and done_path.is_file() else 0
    with explain_write_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = np.lib.format.open_memmap(path, "r+" if done else "w+", np.float16, shape)
        _allocate(path)
    with bar() as progress:
        task = progress.add_task(title, total=shape[0], completed=done)
        for first in range(done, shape[0], batch):
            indices = np.arange(first, min(first + batch, shape[0]))
            rows[indices] = compute(indices)
            progress.advance(task, len(indices))
            if first // batch % FLUSH_EVERY == 0:
                rows.flush()
                write_atomic(done_path, str(first + len(indices)).encode())
    rows.flush()
    write_atomic(done_path, str(shape[0]).encode())
    return rows


def _allocate(path: Path) -> None:
    """Allocates all disk space at once: a mapped file on a full disk would kill the process."""
    with path.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
