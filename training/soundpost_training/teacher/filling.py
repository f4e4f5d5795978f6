"""An array of answers that takes long to fill, kept on disk as far as it has come."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost_training.progress import bar

Answers = NDArray[np.float16]

FLUSH_EVERY = 100
"""Batches: so much is done again after an interruption."""


def filled(
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
    """
    done_path = path.with_suffix(".done")
    done = int(done_path.read_text()) if path.is_file() and done_path.is_file() else 0
    path.parent.mkdir(parents=True, exist_ok=True)
    answers = np.lib.format.open_memmap(path, "r+" if done else "w+", np.float16, shape)
    with bar() as progress:
        task = progress.add_task(title, total=shape[0], completed=done)
        for first in range(done, shape[0], batch):
            asked = np.arange(first, min(first + batch, shape[0]))
            answers[asked] = answer(asked)
            progress.advance(task, len(asked))
            if first // batch % FLUSH_EVERY == 0:
                answers.flush()
                done_path.write_text(str(first + len(asked)))
    answers.flush()
    done_path.write_text(str(shape[0]))
    return answers
