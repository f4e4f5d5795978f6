"""An array that is filled in steps, on disk."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from soundpost_training.errors import TrainingError
from soundpost_training.teacher import resumable_array
from soundpost_training.teacher.resumable_array import fill_resumable

pytestmark = pytest.mark.training
Room = Callable[[int], AbstractContextManager[None]]


def test_a_full_disk_is_an_error_before_the_first_batch(tmp_path: Path, room_for: Room) -> None:
    """A mapped file on a full disk would kill the process, so its space is allocated first."""
    computed: list[int] = []

    def compute(indices: np.ndarray) -> np.ndarray:
        computed.extend(indices)
        return np.zeros((len(indices), 100))

    path = tmp_path / "pool.npy"
    with (
        room_for(10_000),
        pytest.raises(TrainingError, match=r"pool\.npy cannot be written"),
    ):
        fill_resumable(path, (1000, 100), 10, compute, "rows")
    assert computed == []
    assert fill_resumable(path, (1000, 100), 10, compute, "rows").shape == (1000, 100)
    assert computed == list(range(1000))


def test_an_interrupted_computation_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of before the last flush are not computed again, and all are there at the end."""
    monkeypatch.setattr(resumable_array, "FLUSH_EVERY", 2)
    computed: list[int] = []

    def compute(indices: np.ndarray) -> np.ndarray:
        if len(computed) == 4 and indices[0] == 4:
            raise KeyboardInterrupt
        computed.extend(indices)
        return np.repeat(indices[:, None], 3, axis=1)

    path = tmp_path / "pool.npy"
    with pytest.raises(KeyboardInterrupt):
        fill_resumable(path, (7, 3), 2, compute, "rows")
    computed.append(-1)
    rows = fill_resumable(path, (7, 3), 2, compute, "rows")
    assert computed == [0, 1, 2, 3, -1, 2, 3, 4, 5, 6]
    assert np.array_equal(rows, np.repeat(np.arange(7)[:, None], 3, axis=1))
