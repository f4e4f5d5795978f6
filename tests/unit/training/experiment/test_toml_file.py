"""The file of an experiment: anything else is refused in one line."""

import os
from pathlib import Path

import pytest

from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.toml_file import read_toml


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"x = " + b"1" * 5_000, "is not TOML"),
        (b"x = " + b"[" * 5_000, "is not TOML"),
        (b"name = \xe4", "is not TOML"),
        (b"name = ", "is not TOML"),
        (b"#" * 1_000_001, "it is larger than 1 MB"),
    ],
)
def test_a_file_that_is_no_experiment_is_refused(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    """Huge numbers, deep nesting, other encodings, cut and huge files are errors with a hint."""
    path = tmp_path / "experiment.toml"
    path.write_bytes(content)
    with pytest.raises(ExperimentError, match=reason) as refused:
        read_toml(path)
    assert refused.value.hint


def test_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    """Neither a FIFO nor a file without an end is opened."""
    pipe = tmp_path / "experiment.toml"
    os.mkfifo(pipe)
    with pytest.raises(ExperimentError, match="it is a pipe"):
        read_toml(pipe)
    with pytest.raises(ExperimentError, match="it is a device"):
        read_toml(Path("/dev/zero"))


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    """An experiment that an editor of Windows saved is read."""
    path = tmp_path / "experiment.toml"
    path.write_bytes(b'\xef\xbb\xbfname = "owl"')
    assert read_toml(path) == {"name": "owl"}


@pytest.mark.parametrize("number", ["inf", "-inf", "nan", "1e400"])
def test_an_infinite_number_is_refused(tmp_path: Path, number: str) -> None:
    """A gain or a learning rate without bounds would spoil the run without an error."""
    path = tmp_path / "experiment.toml"
    path.write_text(f"[train]\nlearning_rate = {number}\n")
    with pytest.raises(ExperimentError, match=f"expected a finite number, got {number}"):
        read_toml(path)
