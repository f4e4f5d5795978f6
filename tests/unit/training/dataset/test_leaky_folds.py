"""Folds by clip although they leak: allowed, and marked as leaky everywhere."""

from pathlib import Path

import pytest
from noise_recordings import record

from soundpost.features import FeatureSpec
from soundpost_training.cli import main
from soundpost_training.dataset import Dataset, leak_warning, open_dataset, prepare
from soundpost_training.dataset.leaky_folds import find_leaks
from soundpost_training.experiment.data import DataConfig
from soundpost_training.experiment.load import load_experiment, with_leaky_folds


@pytest.fixture
def leaky(tmp_path: Path) -> DataConfig:
    """Provides two labels of two recordings each, cut into four pieces in two folds."""
    rows = ["path,label,group,fold"]
    for label in ("fox", "owl"):
        for recording in range(2):
            for piece in range(4):
                name = f"{label}{recording}{piece}.wav"
                record(tmp_path / name)
                rows.append(f"{name},{label},{label}{recording},{piece % 2 + 1}")
    (tmp_path / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    return DataConfig(kind="csv", folder=str(tmp_path), shuffle_anyway=True)


@pytest.fixture
def dataset(leaky: DataConfig) -> Dataset:
    """Provides that data set with folds by clip."""
    return open_dataset(leaky)


def test_folds_by_clip_are_marked_as_leaky(dataset: Dataset) -> None:
    """Every clip gets a fold, and the name for manifest and card says that folds leak."""
    assert [len(dataset.in_folds([fold])) for fold in (1, 2)] == [8, 8]
    assert dataset.name.endswith("(folds by clip: figures leak)")
    assert "leak" in dataset.fold_origin


def test_the_warning_counts_clips(dataset: Dataset) -> None:
    """The clips that share a recording with another fold are counted."""
    count = len(find_leaks(dataset.clips))
    assert count > 0
    assert f"{count} of 16 clips share a recording" in leak_warning(dataset)


def test_unknown_leaks_are_not_denied(tmp_path: Path) -> None:
    """Recordings without groups may still have one source."""
    for name in "abcd":
        record(tmp_path / f"{name}.wav")
    rows = ["path,label", "a.wav,fox", "b.wav,fox", "c.wav,owl", "d.wav,owl"]
    (tmp_path / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    config = DataConfig(kind="csv", folder=str(tmp_path), folds=2, shuffle_anyway=True)
    assert "but some may" in leak_warning(open_dataset(config))


def test_the_cache_does_not_depend_on_folds(
    dataset: Dataset, leaky: DataConfig, tmp_path: Path
) -> None:
    """Features do not depend on folds: they are computed once for both."""
    cache = tmp_path / "cache"
    prepare(dataset, FeatureSpec(), cache)
    (before,) = cache.iterdir()
    readable, _ = prepare(open_dataset(leaky), FeatureSpec(), cache)
    assert readable.has_leaky_folds
    assert list(cache.iterdir()) == [before]
    assert "(" not in before.name


def test_an_experiment_with_folds_by_clip_has_its_own_name(experiment_file: Path) -> None:
    """Its runs are not those of the folds without leaks."""
    honest = load_experiment(experiment_file)
    shuffled = with_leaky_folds(honest)
    assert (shuffled.name, shuffled.data.shuffle_anyway) == ("tiny-shuffled", True)
    assert not honest.data.shuffle_anyway


@pytest.mark.training
@pytest.mark.usefixtures("tones_at_home")
def test_the_command_line_warns_about_leaks(
    experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`prepare --shuffle-anyway` continues with a warning on standard error."""
    folders = ["--cache", str(tmp_path / "cache"), "--runs", str(tmp_path / "runs")]
    assert main(["prepare", "--config", str(experiment_file), *folders, "--shuffle-anyway"]) == 0
    printed = capsys.readouterr()
    assert "figures leak" in printed.out.replace("\n", " ")
    assert "accuracy on held-out clips is too high" in " ".join(printed.err.split())
