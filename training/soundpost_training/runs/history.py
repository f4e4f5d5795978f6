"""Losses of each epoch: written as CSV, and to TensorBoard where that is installed."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from soundpost_training.files import write_atomic

HISTORY_FILE = "history.csv"
"""A line for each epoch: its number from 1, its mean loss, and the validation loss, if any.

In files of older versions an epoch that was repeated after an interruption has two lines; the later
one counts.
"""

TENSORBOARD_FOLDER = "tensorboard"


class History:
    """Appends the losses of a run to those from before an interruption.

    Args:
        folder: Of the run.
        done: Epochs of the checkpoint that the run continues from; the lines of later epochs are
            removed, because these epochs are repeated. None keeps all complete lines.
    """

    def __init__(self, folder: Path, done: int | None = None) -> None:
        path = folder / HISTORY_FILE
        _keep_lines(path, done)
        self._lines = path.open("a", encoding="utf-8")
        self._board = _tensorboard(folder / TENSORBOARD_FOLDER)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.close()
        if self._board is not None:
            self._board.close()

    def append(self, epoch: int, loss: float, validation_loss: float | None) -> None:
        """Appends the losses of an epoch, counted from 1."""
        losses = {"loss": loss}
        if validation_loss is not None:
            losses["validation loss"] = validation_loss
        numbers = [f"{value:.6f}" for value in losses.values()]
        self._lines.write(",".join([str(epoch), *numbers]) + "\n")
        self._lines.flush()
        if self._board is not None:
            for name, value in losses.items():
                self._board.add_scalar(name, value, step=epoch)
            self._board.flush()


def read_history(folder: Path) -> NDArray[np.float64]:
    """Reads the history of a run.

    Returns:
        Epoch, loss and, if there is one, validation loss, float64[epochs, 2 or 3], in order;
        float64[0, 2] without a history.
    """
    path = folder / HISTORY_FILE
    if not path.is_file() or not path.stat().st_size:
        return np.empty((0, 2))
    rows = np.loadtxt(path, delimiter=",", ndmin=2)
    _, last = np.unique(rows[::-1, 0], return_index=True)
    return rows[::-1][last]


def _keep_lines(path: Path, done: int | None) -> None:
    """Keeps one complete line of each epoch up to `done`, and removes all others.

    A kill, a power cut or a full disk may leave a part of a line, or zeros in its place. The file
    is replaced as a whole.
    """
    if not path.is_file():
        return
    lines: dict[int, bytes] = {}
    before = path.read_bytes()
    for line in before.splitlines(keepends=True):
        epoch = _epoch(line)
        if epoch is not None and (done is None or epoch <= done):
            lines[epoch] = line
    after = b"".join(lines[epoch] for epoch in sorted(lines))
    if after != before:
        write_atomic(path, after)


def _epoch(line: bytes) -> int | None:
    """Returns the epoch of a complete line, or None."""
    try:
        epoch, *losses = line.decode("ascii").split(",")
        [float(loss) for loss in losses]
        return int(epoch) if line.endswith(b"\n") and losses else None
    except ValueError:
        return None


def _tensorboard(folder: Path) -> Any:  # noqa: ANN401 - TensorBoard publishes no types
    """Returns a writer of TensorBoard's own, for any Keras backend; None if not installed."""
    try:
        from tensorboard.summary import Writer  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        return None
    return Writer(str(folder))
