"""Folds dealt by clip in spite of leaks: allowed, and owned up to everywhere."""

from pathlib import Path

import pytest
import soundfile

from soundpost.features import FeatureSpec
from soundpost_training.cli import main
from soundpost_training.dataset import Dataset, cost, open_dataset, prepare
from soundpost_training.dataset.leaky_folds import leaking
from soundpost_training.experiment.data import DataConfig
from soundpost_training.experiment.experiment import dealt_by_clip, load_experiment


@pytest.fixture
def leaky(tmp_path: Path) -> DataConfig:
    """Two labels of two recordings each, cut into four pieces that lie in two folds."""
    rows = ["path,label,group,fold"]
    for label in ("fox", "owl"):
        for recording in range(2):
            for piece in range(4):
                name = f"{label}{recording}{piece}.wav"
                soundfile.write(tmp_path / name, [0.1, -0.1] * 4000, 16_000)
                rows.append(f"{name},{label},{label}{recording},{piece % 2 + 1}")
    (tmp_path / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    return DataConfig(kind="csv", folder=str(tmp_path), shuffle_anyway=True)


@pytest.fixture
def dataset(leaky: DataConfig) -> Dataset:
    """That data set, dealt by clip."""
    return open_dataset(leaky)


def test_a_leak_passes_when_it_is_owned_up_to(dataset: Dataset) -> None:
    """Every clip is dealt, and the name that goes into manifest and card says what it is."""
    assert [len(dataset.in_folds([fold])) for fold in (1, 2)] == [8, 8]
    assert dataset.name.endswith("(folds dealt by clip: figures leak)")
    assert "leak" in dataset.folds_are


def test_the_cost_is_told_in_clips(dataset: Dataset) -> None:
    """How many clips share a recording with another fold is counted, not guessed."""
    count = len(leaking(dataset.clips))
    assert count > 0
    assert f"{count} of 16 clips share a recording" in cost(dataset)


def test_a_cost_that_is_not_known_is_not_called_none(tmp_path: Path) -> None:
    """Recordings that nobody grouped may still be of one source."""
    for name in "abcd":
        soundfile.write(tmp_path / f"{name}.wav", [0.1, -0.1] * 4000, 16_000)
    rows = ["path,label", "a.wav,fox", "b.wav,fox", "c.wav,owl", "d.wav,owl"]
    (tmp_path / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    config = DataConfig(kind="csv", folder=str(tmp_path), folds=2, shuffle_anyway=True)
    assert "not to say that none do" in cost(open_dataset(config))


def test_the_cache_does_not_mind(dataset: Dataset, leaky: DataConfig, tmp_path: Path) -> None:
    """Features do not depend on folds: they are made once for both."""
    cache = tmp_path / "cache"
    prepare(dataset, FeatureSpec(), cache)
    (before,) = cache.iterdir()
    told, _ = prepare(open_dataset(leaky), FeatureSpec(), cache)
    assert told.dealt_by_clip
    assert list(cache.iterdir()) == [before]
    assert "(" not in before.name


def test_a_shuffled_experiment_has_a_name_of_its_own(experiment_file: Path) -> None:
    """Its runs never mix with those of honest folds."""
    honest = load_experiment(experiment_file)
    shuffled = dealt_by_clip(honest)
    assert (shuffled.name, shuffled.data.shuffle_anyway) == ("tiny-shuffled", True)
    assert not honest.data.shuffle_anyway


@pytest.mark.training
@pytest.mark.usefixtures("tones_at_home")
def test_the_command_line_says_what_it_costs(
    experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`prepare --shuffle-anyway` goes on, and says so on standard error."""
    folders = ["--cache", str(tmp_path / "cache"), "--runs", str(tmp_path / "runs")]
    assert main(["prepare", "--config", str(experiment_file), *folders, "--shuffle-anyway"]) == 0
    told = capsys.readouterr()
    assert "figures leak" in told.out.replace("\n", " ")
    assert "accuracy on held-out clips comes out too high" in " ".join(told.err.split())
