"""Figures in float alone: the baseline, and networks that are still to be quantised."""

import os
from pathlib import Path

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from soundpost_training.cli import main
from soundpost_training.train.boosting_baseline import statistics

pytestmark = pytest.mark.training


def run(verb: str, experiment_file: Path, home: Path, *more: str) -> int:
    """The exit status of a verb that keeps everything under `home`."""
    places = ["--cache", str(home / "cache"), "--runs", str(home / "runs")]
    return main([verb, "--config", str(experiment_file), *places, *more])


@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(2, 9), st.integers(1, 5)),
        elements=st.floats(-7, 6, width=32),
    )
)
@settings(deadline=None)
def test_statistics_do_not_see_which_way_time_runs(windows: NDArray[np.float32]) -> None:
    """Six numbers of each band, finite, within what was heard, the same backwards."""
    told = statistics(windows)
    assert told.shape == (len(windows), 6 * windows.shape[2])
    mean, spread, step, low, middle, high = np.split(told, 6, axis=1)
    assert (low <= middle).all()
    assert (middle <= high).all()
    np.testing.assert_allclose(mean, windows.mean(axis=1), atol=1e-5)
    assert (np.concatenate((spread, step)) >= 0).all()
    np.testing.assert_allclose(statistics(windows[:, ::-1]), told, atol=1e-4)


@pytest.mark.usefixtures("tones_at_home")
def test_the_baseline_is_cross_validated_in_float(
    experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`crossval --arch boosting` prints a figure per fold; three tones are easy for it."""
    assert run("crossval", experiment_file, tmp_path, "--arch", "boosting") == 0
    first = capsys.readouterr().out
    assert "a baseline has no int8" in first
    assert float(first.partition("mean ± sd")[2].partition("%")[0].strip("│ ")) >= 50.0
    kept = sorted((tmp_path / "runs" / "tiny-boosting").glob("fold*/float.json"))
    assert len(kept) == 3
    before = [path.stat().st_mtime_ns for path in kept]
    assert run("crossval", experiment_file, tmp_path, "--arch", "boosting") == 0
    assert capsys.readouterr().out == first
    assert [path.stat().st_mtime_ns for path in kept] == before


@pytest.mark.usefixtures("tones_at_home")
def test_the_baseline_has_no_more_folds_than_its_data(
    experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fold that there is not is refused, and no run of it is begun."""
    assert run("train", experiment_file, tmp_path, "--arch", "boosting", "--fold", "9") == 1
    assert "has no fold 9" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("verb", ["export", "calibrate", "evaluate"])
@pytest.mark.usefixtures("tones_at_home")
def test_the_baseline_makes_no_bundle(
    verb: str, experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What needs int8 says that there is none, and which verb has the figures."""
    assert run(verb, experiment_file, tmp_path, "--arch", "boosting") == 1
    told = capsys.readouterr().err
    assert "boosting is a baseline" in told
    assert "crossval" in told


@pytest.mark.usefixtures("tones_at_home")
def test_a_backend_without_a_converter_trains_and_scores_in_float(
    experiment_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its weights are quantised later, by the same command on a backend that can."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(keras.backend, "backend", lambda: "jax")
        assert run("train", experiment_file, tmp_path, "--fold", "2", "--epochs", "1") == 0
    told = capsys.readouterr().out
    assert "fold 2: float" in told
    assert "KERAS_BACKEND=tensorflow" in told
    weights = tmp_path / "runs" / "tiny" / "fold2" / "model.keras"
    before = weights.stat().st_mtime_ns
    assert run("train", experiment_file, tmp_path, "--fold", "2", "--epochs", "1") == 0
    assert "int8" in capsys.readouterr().out
    assert weights.stat().st_mtime_ns == before


def test_figures_of_int8_among_some_labels_are_refused_where_there_is_none(
    experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was asked for is not left out in silence."""
    asked = ["--arch", "boosting", "--among", "low_tone,high_tone"]
    assert run("crossval", experiment_file, tmp_path, *asked) == os.EX_CONFIG
    assert "got a network without: a baseline has no int8" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
