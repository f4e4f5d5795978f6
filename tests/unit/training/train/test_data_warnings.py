"""Warnings about recordings from which a network learns badly."""

from pathlib import Path

import numpy as np
import pytest
from noise_recordings import noise_of, record

from soundpost.features import FeatureSpec
from soundpost_training.dataset import open_dataset, prepare
from soundpost_training.experiment.data import DataConfig, WindowConfig
from soundpost_training.train.data_warnings import data_warnings

SECOND = 16_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Provides two labels of ten recordings of two seconds."""
    mine = tmp_path / "mine"
    for label in ("fox", "owl"):
        for take in "abcdefghij":
            sound(mine / label / f"{label}{take}.wav", 2.0)
    return mine


def sound(path: Path, seconds: float, gain: float = 1.0) -> None:
    """Writes noise of a duration."""
    record(path, gain * np.resize(noise_of(path), int(seconds * SECOND)))


def warnings_of(folder: Path, cache: Path, **more: tuple[str, ...]) -> list[str]:
    """Returns the warnings about a folder of labels."""
    config = DataConfig(kind="folders", folder=str(folder), folds=2, **more)  # type: ignore[arg-type]  # labels, background
    dataset, features = prepare(open_dataset(config), FeatureSpec(), cache)
    return data_warnings(dataset, features, WindowConfig())


def test_good_recordings_give_no_warning(folder: Path, tmp_path: Path) -> None:
    """Nothing is printed for them."""
    assert not warnings_of(folder, tmp_path)


def test_clips_shorter_than_the_window_are_counted(folder: Path, tmp_path: Path) -> None:
    """The warning has their number, the shortest one, and what to do."""
    sound(folder / "fox" / "quick.wav", 1.0)
    sound(folder / "owl" / "brief.wav", 0.5)
    (warning,) = warnings_of(folder, tmp_path)
    assert warning.startswith("2 of 22 clips are shorter than the window of 1.94 s, the shortest")
    assert "with 0.49 s (owl/brief.wav)" in warning or "with 0.50 s (owl/brief.wav)" in warning
    assert "window.frames to 48" in warning


def test_short_clips_that_are_repeated_are_said_to_be(folder: Path, tmp_path: Path) -> None:
    """With `short_clips = "repeat"` scoring treats them as training does."""
    sound(folder / "fox" / "quick.wav", 1.0)
    dataset, features = prepare(
        open_dataset(DataConfig(kind="folders", folder=str(folder), folds=2)),
        FeatureSpec(),
        tmp_path,
    )
    (warning,) = data_warnings(dataset, features, WindowConfig(short_clips="repeat"))
    assert "training and scoring repeat them" in warning
    (warning,) = data_warnings(dataset, features, WindowConfig())
    assert "training repeats them, scoring fills the window with silence" in warning


def test_silent_clips_are_named(folder: Path, tmp_path: Path) -> None:
    """Digital silence is none of the sounds; background counts, too."""
    record(folder / "fox" / "nothing.wav", np.zeros(2 * SECOND))
    (warning,) = warnings_of(folder, tmp_path, background=("fox",))
    assert warning.startswith("silent throughout: fox/nothing.wav (1 in all)")


def test_labels_with_few_recordings_are_named(folder: Path, tmp_path: Path) -> None:
    """Pieces of one recording count once."""
    for piece in range(20):
        sound(folder / "bat" / f"night{piece % 2}" / f"{piece}.wav", 2.0)
    (warning,) = warnings_of(folder, tmp_path)
    assert "fewer than 10 recordings: bat (2): record more" in warning


def test_very_unbalanced_labels_are_named(folder: Path, tmp_path: Path) -> None:
    """Ten times as many clips of one label as of another."""
    for take in range(100):
        sound(folder / "rain" / f"{take}.wav", 2.0)
    (warning,) = warnings_of(folder, tmp_path)
    assert "rain has 100 clips and" in warning
    assert "10:" in warning


def test_clipped_recordings_are_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Many samples at full scale are a distorted recording."""
    sound(folder / "fox" / "loud.wav", 2.0, gain=30.0)
    for _ in range(2):  # from the recordings, then from the cache
        warnings_of(folder, tmp_path / "cache")
        printed = capsys.readouterr().err.replace("\n", "")
        assert "clipped at full scale: 1 recordings (fox/loud.wav)" in printed
