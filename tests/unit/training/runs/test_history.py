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
