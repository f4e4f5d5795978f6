"""A training run that is stopped, and goes on."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from soundpost_training.cli import main

pytestmark = pytest.mark.training

PATIENCE_SECONDS = 120
"""For a training process that hangs; it takes a few seconds."""


def run(verb: str, experiment_file: Path, home: Path, *more: str) -> int:
    """The exit status of a verb that keeps everything under `home`."""
    places = ["--cache", str(home / "cache"), "--runs", str(home / "runs")]
    return main([verb, "--config", str(experiment_file), *places, *more])


@pytest.mark.usefixtures("tones_at_home")
def test_an_interrupted_run_ends_where_an_unbroken_one_does(
    experiment_file: Path, tmp_path: Path
) -> None:
    """Ctrl-C in the middle, the same command again: the weights equal those of a run in one go."""
    text = experiment_file.read_text(encoding="utf-8").replace("epochs = 25", "epochs = 60")
    text = text.replace("dropout = 0.0", "dropout = 0.2")  # whose chance must go on as well
    experiment_file.write_text(text, encoding="utf-8")
    homes = [tmp_path / "broken", tmp_path / "whole"]
    assert run("prepare", experiment_file, homes[0]) == 0
    process = start(experiment_file, homes[0])
    history = homes[0] / "runs" / "tiny" / "fold1" / "history.csv"
    wait_for_lines(history, 12, process)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130, told
    assert "the same command resumes" in told
    for home in homes:
        assert run("train", experiment_file, home, "--fold", "1") == 0
    one, two = (scores(home / "runs" / "tiny" / "fold1") for home in homes)
    assert np.array_equal(one, two)


def start(experiment_file: Path, home: Path) -> subprocess.Popen[str]:
    """The real program, training fold 1; Ctrl-C reaches it though tests run in the background."""
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from soundpost_training.cli import main; sys.exit(main())"
    )
    arguments = ["train", "--config", experiment_file, "--fold", "1"]
    places = ["--cache", home / "cache", "--runs", home / "runs"]
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments + places)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def wait_for_lines(path: Path, lines: int, process: subprocess.Popen[str]) -> None:
    """Returns once a file has so many lines, or fails when the process ends before."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not path.is_file() or path.read_text(encoding="utf-8").count("\n") < lines:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.02)


def scores(folder: Path) -> NDArray[np.float32]:
    """The float scores that a fold's run left."""
    with np.load(folder / "scores.npz") as kept:
        return np.asarray(kept["real"])
