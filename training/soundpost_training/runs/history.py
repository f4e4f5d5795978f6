"""What is told of each epoch: as lines of CSV, and to TensorBoard where that is installed."""

import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

HISTORY_FILE = "history.csv"
"""A line for each epoch: its number from 1, its mean loss, and that of the validation, if any.

An epoch that was gone through again after an interruption is there twice; the last line counts.
"""

TENSORBOARD_FOLDER = "tensorboard"


class History:
    """The losses of a run, added to those that it told before an interruption.

    Args:
        folder: Of the run.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / HISTORY_FILE
        _drop_half_a_line(path)
        self._lines = path.open("a", encoding="utf-8")
        self._board = _board(folder / TENSORBOARD_FOLDER)

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

    def tell(self, epoch: int, loss: float, validation_loss: float | None) -> None:
        """Tells of an epoch, counted from 1."""
        told = {"loss": loss} | (
            {} if validation_loss is None else {"validation loss": validation_loss}
        )
        self._lines.write(",".join([str(epoch), *(f"{one:.6f}" for one in told.values())]) + "\n")
        self._lines.flush()
        if self._board is not None:
            for name, value in told.items():
                self._board.add_scalar(name, value, step=epoch)
            self._board.flush()


def read_history(folder: Path) -> NDArray[np.float64]:
    """Epoch, loss and, if there is one, validation loss, float64[epochs, 2 or 3], in order.

    Without a history, float64[0, 2].
    """
    path = folder / HISTORY_FILE
    if not path.is_file() or not path.stat().st_size:
        return np.empty((0, 2))
    rows = np.loadtxt(path, delimiter=",", ndmin=2)
    _, last = np.unique(rows[::-1, 0], return_index=True)
    return rows[::-1][last]


def _drop_half_a_line(path: Path) -> None:
    """A run that died while it wrote, or of a full disk, goes through that epoch again."""
    if path.is_file():
        text = path.read_bytes()
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            os.truncate(path, whole)


def _board(folder: Path) -> Any:  # noqa: ANN401 - TensorBoard publishes no types
    """Writes TensorBoard's own files on any backend of Keras; None where it is not installed."""
    try:
        from tensorboard.summary import Writer  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        return None
    return Writer(str(folder))
