"""Files and folders that are written completely or not at all, on full disks, too."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import keras
import numpy as np
import pytest

from soundpost_training.errors import TrainingError
from soundpost_training.files import (
    atomic_path,
    install_folder,
    require_replaceable,
    require_writable,
    write_atomic,
)
from soundpost_training.runs.checkpoint import Checkpoints

pytestmark = pytest.mark.training
Room = Callable[[int], AbstractContextManager[None]]


def trained(seed: int) -> keras.Model:
    """Returns a small network after a step of training."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(64), keras.layers.Dense(3)])
    model.compile(keras.optimizers.AdamW(1e-2, use_ema=True), "mse")
    rng = np.random.default_rng(seed)
    model.train_on_batch(rng.normal(size=(4, 8)), rng.normal(size=(4, 3)))
    return model


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, room_for: Room) -> None:
    """The error names file and reason, and no partial file is left."""
    path = tmp_path / "kept.bin"
    write_atomic(path, b"old")
    with (
        room_for(1000),
        pytest.raises(TrainingError, match=r"kept\.bin cannot be written") as caught,
    ):
        write_atomic(path, b"new" * 1000)
    assert "make room" in caught.value.hint
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_partial_network_file_is_removed(tmp_path: Path, room_for: Room) -> None:
    """A network that did not fit on the disk is not taken for a trained one."""
    path = tmp_path / "model.keras"
    with (
        room_for(2000),
        pytest.raises(TrainingError, match="cannot be written"),
        atomic_path(path) as partial,
    ):
        trained(1).save(partial)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_previous_checkpoint(tmp_path: Path, room_for: Room) -> None:
    """The run resumes from the epoch that was stored completely."""
    model = trained(1)
    checkpoints = Checkpoints(tmp_path / "checkpoint")
    checkpoints.save_if_due(model, 5)
    with room_for(3000), pytest.raises(TrainingError, match="cannot be written"):
        checkpoints.save_if_due(trained(2), 10)
    fresh = trained(3)
    assert checkpoints.restore(fresh) == 5
    for one, other in zip(fresh.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(fresh.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_a_checkpoint_of_an_earlier_version_is_resumed(tmp_path: Path) -> None:
    """HDF5 of earlier versions is read; the next checkpoint replaces it."""
    model = trained(1)
    model.save_weights(tmp_path / "epoch00005.weights.h5")
    checkpoints, fresh = Checkpoints(tmp_path), trained(3)
    assert checkpoints.restore(fresh) == 5
    np.testing.assert_array_equal(fresh.get_weights()[0], model.get_weights()[0])
    checkpoints.save_if_due(fresh, 10)
    assert [path.name for path in tmp_path.iterdir()] == ["epoch00010.npz"]


def test_a_folder_replaces_an_older_one(tmp_path: Path) -> None:
    """Nothing of the older folder is left, in it or beside it."""
    for content in (b"old", b"new"):
        install_folder({content.decode(): content, "a/b": content}, tmp_path, "x", lambda _: None)
    assert {path.name for path in (tmp_path / "x").iterdir()} == {"new", "a"}
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_the_old_folder_is_restored_when_the_new_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails after the old folder was moved away."""
    install_folder({"a": b"old"}, tmp_path, "x", lambda _: None)
    rename = Path.rename

    def fail(path: Path, goal: Path) -> Path:
        if path.name.startswith(".x-"):
            raise OSError("the disk is gone")
        return rename(path, goal)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(TrainingError, match=r"x cannot be written to .*: the disk is gone"):
        install_folder({"a": b"new"}, tmp_path, "x", lambda _: None)
    assert [path.name for path in tmp_path.rglob("*")] == ["x", "a"]
    assert (tmp_path / "x" / "a").read_bytes() == b"old"


def test_a_folder_of_something_else_is_not_replaced(tmp_path: Path) -> None:
    """A typing error must not cost somebody's recordings; an empty folder may be filled."""
    for name in ("tapes", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "tapes" / "monday.wav").write_bytes(b"a day")
    with pytest.raises(TrainingError, match=r"tapes is not replaced: .*with monday\.wav"):
        install_folder({"a": b"new"}, tmp_path, "tapes", lambda _: None)
    assert (tmp_path / "tapes" / "monday.wav").read_bytes() == b"a day"
    install_folder({"a": b"new"}, tmp_path, "empty", lambda _: None)
    assert (tmp_path / "empty" / "a").read_bytes() == b"new"
    with pytest.raises(TrainingError, match=r"expected a folder at .*a, got a file"):
        require_replaceable(tmp_path / "empty" / "a", ["a"])


def test_a_folder_is_tried_before_hours_of_work(tmp_path: Path) -> None:
    """It is made; a file in its place is an error at once."""
    require_writable(tmp_path / "new" / "report")
    assert list((tmp_path / "new" / "report").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match="cannot be written") as refused:
        require_writable(tmp_path / "file" / "report")
    assert "resumes" not in refused.value.hint
