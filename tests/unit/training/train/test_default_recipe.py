"""The recipe for folders of one's own."""

import dataclasses
from pathlib import Path

import msgspec
import pytest

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.init import BundleInit
from soundpost_training.experiment.load import load_experiment
from soundpost_training.train.default_recipe import (
    EPOCHS,
    FEW_CLIPS,
    default_note,
    with_default_init,
)

FOLDERS = """\
name = "garden"
[data]
kind = "folders"
folder = "/garden"
[bundle]
id = "garden"
version = "0.1.0"
"""


def recordings(clips: int) -> Dataset:
    """Returns a data set of two labels, of which one has this number of clips."""
    of = [("owl", clips), ("fox", FEW_CLIPS)]
    return Dataset(
        name="garden",
        clips=tuple(Clip(Path(f"{at}"), name, 1, str(at)) for name, n in of for at in range(n)),
        labels=("fox", "owl"),
        licence="",
        attribution="",
    )


def experiment(tmp_path: Path, more: str = "", **overrides: str) -> Experiment:
    """Returns the experiment of a file, with more lines."""
    path = tmp_path / "garden.toml"
    path.write_text(FOLDERS + more, encoding="utf-8")
    return load_experiment(path, **overrides)  # type: ignore[arg-type]  # strings


def test_few_clips_start_from_a_bundle(tmp_path: Path) -> None:
    """Window and network are those of the bundle, and the note says so."""
    stated = experiment(tmp_path)
    chosen = with_default_init(stated, recordings(FEW_CLIPS - 1))
    assert isinstance(chosen.train.init, BundleInit)
    assert chosen.model.arch == "bundle"
    assert chosen.train.epochs == EPOCHS
    note = default_note(stated, chosen)
    assert note is not None
    assert chosen.train.init.bundle in note
    assert "--init none" in note


def test_many_clips_do_not(tmp_path: Path) -> None:
    """Nothing is changed, and no note is printed."""
    stated = experiment(tmp_path)
    chosen = with_default_init(stated, recordings(FEW_CLIPS))
    assert chosen is stated
    assert default_note(stated, chosen) is None


@pytest.mark.parametrize(
    "more",
    [
        '[train]\ninit = "none"\n',
        "[model]\nblock_channels = [8, 16]\n",
        "[window]\nframes = 64\n",
        "[features]\nmel_bands = 32\n",
        '[teacher]\nruns = ["other"]\n',
    ],
)
def test_an_experiment_that_states_its_network_keeps_it(tmp_path: Path, more: str) -> None:
    """So do random weights that are stated."""
    stated = experiment(tmp_path, more)
    assert with_default_init(stated, recordings(5)) is stated


def test_stated_training_is_kept(tmp_path: Path) -> None:
    """Only the initial weights are added; `--epochs` replaces those of the recipe."""
    chosen = with_default_init(
        experiment(tmp_path, "[train]\nlearning_rate = 1e-3\n"), recordings(5)
    )
    assert (chosen.train.learning_rate, chosen.train.epochs) == (1e-3, 120)
    stated = experiment(tmp_path)
    two = msgspec.structs.replace(stated, train=msgspec.structs.replace(stated.train, epochs=2))
    chosen = with_default_init(two, recordings(5))
    assert chosen.train.epochs == 2
    assert chosen.train.backbone_learning_rate is not None


def test_a_published_data_set_keeps_random_weights(tmp_path: Path) -> None:
    """Its folds may have been part of the bundle's training."""
    data = dataclasses.replace(recordings(5), published=True)
    path = tmp_path / "esc.toml"
    path.write_text(FOLDERS.replace('"folders"', '"esc50"'), encoding="utf-8")
    stated = load_experiment(path)
    assert with_default_init(stated, data) is stated
