"""What a run keeps on a disk that is full, on real files."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import keras
import numpy as np
import pytest

from soundpost_training.errors import TrainingError
from soundpost_training.files import atomic_path, write_atomic
from soundpost_training.runs.checkpoint import Checkpoints
from soundpost_training.teacher.resumable_array import fill_resumable

pytestmark = pytest.mark.training

Room = Callable[[int], AbstractContextManager[None]]


def trained(seed: int) -> keras.Model:
    """A small network after a step of training."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(64), keras.layers.Dense(3)])
    model.compile(keras.optimizers.AdamW(1e-2, use_ema=True), "mse")
    rng = np.random.default_rng(seed)
    model.train_on_batch(rng.normal(size=(4, 8)), rng.normal(size=(4, 3)))
    return model


def test_a_file_that_finds_no_room_leaves_the_old_one(tmp_path: Path, room_for: Room) -> None:
    """The error names file and reason, and nothing half-written is left beside."""
    path = tmp_path / "kept.bin"
    write_atomic(path, b"old")
    with room_for(1000), pytest.raises(TrainingError, match=r"kept\.bin cannot be written") as told:
        write_atomic(path, b"new" * 1000)
    assert "make room" in told.value.hint
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_checkpoint_that_finds_no_room_leaves_the_one_before(
    tmp_path: Path, room_for: Room
) -> None:
    """The run goes on from the epoch that was kept whole."""
    model = trained(1)
    checkpoints = Checkpoints(tmp_path / "checkpoint")
    checkpoints.keep(model, 5)
    with room_for(3000), pytest.raises(TrainingError, match="cannot be written"):
        checkpoints.keep(trained(2), 10)
    fresh = trained(3)
    assert checkpoints.restore(fresh) == 5
    for one, other in zip(fresh.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(fresh.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_a_checkpoint_of_an_earlier_version_is_gone_on_from(tmp_path: Path) -> None:
    """HDF5, which was written once, is read; the next checkpoint takes its place."""
    model = trained(1)
    model.save_weights(tmp_path / "epoch00005.weights.h5")
    checkpoints, fresh = Checkpoints(tmp_path), trained(3)
    assert checkpoints.restore(fresh) == 5
    np.testing.assert_array_equal(fresh.get_weights()[0], model.get_weights()[0])
    checkpoints.keep(fresh, 10)
    assert [path.name for path in tmp_path.iterdir()] == ["epoch00010.npz"]


def test_a_network_that_finds_no_room_is_not_believed_to_be_trained(
    tmp_path: Path, room_for: Room
) -> None:
    """Half a network is no network, and the process survives."""
    path = tmp_path / "model.keras"
    with (
        room_for(2000),
        pytest.raises(TrainingError, match="cannot be written"),
        atomic_path(path) as partial,
    ):
        trained(1).save(partial)
    assert list(tmp_path.iterdir()) == []


def test_answers_that_find_no_room_end_before_the_first_question(
    tmp_path: Path, room_for: Room
) -> None:
    """A mapped file on a full disk would end the process without a word: the room comes first."""
    asked: list[int] = []

    def answer(questions: np.ndarray) -> np.ndarray:
        asked.extend(questions)
        return np.zeros((len(questions), 100))

    path = tmp_path / "pool.npy"
    with room_for(10_000), pytest.raises(TrainingError, match=r"pool\.npy cannot be written"):
        fill_resumable(path, (1000, 100), 10, answer, "asking")
    assert asked == []
    assert fill_resumable(path, (1000, 100), 10, answer, "asking").shape == (1000, 100)
    assert asked == list(range(1000))
