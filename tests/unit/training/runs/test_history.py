"""Losses of each epoch."""

import csv
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from soundpost_training.runs.history import History, read_history

pytestmark = pytest.mark.training


def test_a_repeated_epoch_counts_once(tmp_path: Path) -> None:
    """After an interruption the later line counts."""
    with (tmp_path / "history.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[1, 3.0], [2, 2.0], [3, 9.0], [3, 1.0]])
    assert read_history(tmp_path).tolist() == [[1, 3.0], [2, 2.0], [3, 1.0]]


def test_an_incomplete_line_is_written_again(tmp_path: Path) -> None:
    """The rest of a line after a power cut or on a full disk does not spoil the next one."""
    (tmp_path / "history.csv").write_text("1,3.000000\n2,2.0", encoding="utf-8")
    with History(tmp_path) as history:
        history.append(2, 2.5, None)
    assert read_history(tmp_path).tolist() == [[1, 3.0], [2, 2.5]]


def test_epochs_after_the_checkpoint_are_written_once(tmp_path: Path) -> None:
    """A run that was killed after epoch 7 continues from the checkpoint of epoch 5."""
    with History(tmp_path) as history:
        for epoch in range(1, 8):
            history.append(epoch, float(epoch), None)
    with History(tmp_path, done=5) as history:
        for epoch in range(6, 11):
            history.append(epoch, epoch / 2, None)
    rows = (tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()
    assert [int(row.partition(",")[0]) for row in rows] == list(range(1, 11))
    assert rows[5:7] == ["6,3.000000", "7,3.500000"]


@pytest.mark.parametrize("rest", [b"6,0.1", b"6", b"6,", b"\0\0\0\0", b"\xff\xfe,1.0\n", b"6,x\n"])
def test_what_a_kill_left_behind_is_removed(tmp_path: Path, rest: bytes) -> None:
    """Parts of a line, zeros after a power cut, doubles of older versions."""
    whole = b"".join(b"%d,1.000000,2.000000\n" % epoch for epoch in (1, 2, 3, 3, 4, 5))
    (tmp_path / "history.csv").write_bytes(whole + rest)
    with History(tmp_path, done=5) as history:
        history.append(6, 1.0, 2.0)
    lines = (tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()
    assert lines == [f"{epoch},1.000000,2.000000" for epoch in range(1, 7)]


def test_a_run_that_begins_anew_has_no_old_lines(tmp_path: Path) -> None:
    """Without a checkpoint every epoch is repeated."""
    (tmp_path / "history.csv").write_text("1,1.0\n2,1.0\n3,1.0\n", encoding="utf-8")
    with History(tmp_path, done=0) as history:
        history.append(1, 2.0, None)
    assert (tmp_path / "history.csv").read_text(encoding="utf-8") == "1,2.000000\n"


def test_a_run_that_has_not_begun_has_no_history(tmp_path: Path) -> None:
    """It has no row."""
    assert read_history(tmp_path).shape == (0, 2)


def test_tensorboard_shows_the_same_losses(tmp_path: Path) -> None:
    """Loss and validation loss of each epoch are as in the CSV file."""
    with History(tmp_path) as history:
        for epoch in (1, 2, 3):
            history.append(epoch, 1.0 / epoch, 2.0 / epoch)
    board = EventAccumulator(str(tmp_path / "tensorboard"), size_guidance={"tensors": 0})
    board.Reload()
    rows = read_history(tmp_path)
    for column, name in ((1, "loss"), (2, "validation loss")):
        events = board.Tensors(name)
        assert [event.step for event in events] == rows[:, 0].tolist()
        values = [float(event.tensor_proto.float_val[0]) for event in events]
        np.testing.assert_allclose(values, rows[:, column], atol=1e-5)
