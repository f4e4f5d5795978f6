"""Where the weights of a network begin."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from soundpost_training.config import Experiment, load_experiment
from soundpost_training.errors import TrainingError
from soundpost_training.material import Material
from soundpost_training.train import train_fold

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("tones_at_home")]


@pytest.fixture
def experiment(experiment_file: Path) -> Experiment:
    """An experiment of one epoch on the tones."""
    return load_experiment(experiment_file, epochs=1)


def another(experiment: Experiment, init: str, **settings: object) -> Experiment:
    """The experiment under another name, beginning elsewhere."""
    train = msgspec.structs.replace(experiment.train, init=init, learning_rate=1e-9)
    return msgspec.structs.replace(experiment, name="second", train=train, **settings)


def test_a_run_goes_on_from_another_runs_weights(experiment: Experiment, tmp_path: Path) -> None:
    """With next to no learning rate, the second run ends where the first one did."""
    material = Material.of(experiment, tmp_path / "cache", tmp_path / "runs")
    first = train_fold(material, 2).get_weights()
    material = Material.of(another(experiment, "run:tiny"), tmp_path / "cache", tmp_path / "runs")
    second = train_fold(material, 2)
    for one, two in zip(first, second.get_weights(), strict=True):
        if one.ndim == 4:  # kernels: the statistics of normalisation move without any gradient
            np.testing.assert_allclose(two, one, atol=1e-6)


def test_an_absent_run_is_named(experiment: Experiment, tmp_path: Path) -> None:
    """The file that is wanted, and what to do first."""
    material = Material.of(another(experiment, "run:gone"), tmp_path / "cache", tmp_path / "runs")
    with pytest.raises(TrainingError, match=r"init = run:gone, but .*fold2") as caught:
        train_fold(material, 2)
    assert "train the experiment gone first" in caught.value.hint


def test_a_run_of_another_network_is_refused(experiment: Experiment, tmp_path: Path) -> None:
    """Widths that differ are told, not taken as they come."""
    train_fold(Material.of(experiment, tmp_path / "cache", tmp_path / "runs"), 2)
    wider = msgspec.structs.replace(experiment.model, block_channels=(8, 24))
    second = another(experiment, "run:tiny", model=wider)
    with pytest.raises(TrainingError, match="is of another network"):
        train_fold(Material.of(second, tmp_path / "cache", tmp_path / "runs"), 2)
