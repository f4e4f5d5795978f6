"""Making the int8 model of a fold."""

from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from soundpost_training.dataset.features import Features
from soundpost_training.experiment.deploy import QuantizeConfig
from soundpost_training.experiment.load import load_experiment
from soundpost_training.quantize.int8_model import LARGEST_LOSS, choose_model, has_int8, make_int8
from soundpost_training.quantize.record import Int8Record, read_record
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.prepare_context import prepare_context
from soundpost_training.train.train import train_fold

pytestmark = pytest.mark.training

FOLD = 3
CONFIG = QuantizeConfig()
HUGE = 1e6
"""An activation so large that int8 rounds all others of its tensor to 0."""


class Guarded(Features):
    """Features whose last fold must not be read."""

    def clip(self, index: int) -> NDArray[np.float32]:
        """Returns those of a clip of the other folds."""
        assert index < 12, "the held-out fold was read"
        return super().clip(index)


@pytest.fixture
def context(experiment_file: Path, tones_at_home: Path, tmp_path: Path) -> TrainingContext:
    """The tones, with a guard on the held-out fold, and the choice of int8 left open."""
    assert tones_at_home.is_dir()
    whole = prepare_context(load_experiment(experiment_file), tmp_path / "cache", tmp_path / "runs")
    assert whole.dataset.in_folds([FOLD]) == list(range(12, 18))
    features = whole.features
    guarded = Guarded(features.spec, features.log_mel, features.starts, features.frames)
    return TrainingContext(whole.experiment, whole.dataset, guarded, whole.runs)


def with_huge_channel(network: keras.Model) -> keras.Model:
    """A copy of a trained network that int8 makes constant, and float hardly changes.

    One channel of the last activations is a huge constant that the logits do not read. TFLite has
    one scale for all channels of a tensor, so it rounds the other channels to 0.
    """
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    kernel, bias = copy.get_layer("logits").get_weights()
    means, maxima = np.split(np.abs(kernel).sum(axis=1), 2)
    channel = int(np.argmin(means + maxima))
    kernel[[channel, channel + len(means)]] = 0.0
    copy.get_layer("logits").set_weights([kernel, bias])
    norm = [one for one in copy.layers if isinstance(one, keras.layers.BatchNormalization)][-1]
    gamma, beta, *statistics = norm.get_weights()
    gamma[channel], beta[channel] = 0.0, HUGE
    norm.set_weights([gamma, beta, *statistics])
    return copy


@pytest.mark.slow
def test_a_network_that_loses_by_int8_is_fine_tuned(
    context: TrainingContext, capsys: pytest.CaptureFixture[str]
) -> None:
    """The record has the losses before and after; the held-out fold is not read."""
    make_int8(context, FOLD, with_huge_channel(train_fold(context, FOLD)))
    record = read_record(context.fold_folder(FOLD))
    assert record is not None
    assert record.settings == context.experiment.quantize
    assert record.loss_before is not None
    assert record.loss_after is not None
    assert record.loss_before > LARGEST_LOSS
    assert record.epochs == (5 if record.loss_after < record.loss_before else 0)
    lost = f"int8 lost {100 * record.loss_before:.2f} points of training accuracy"
    assert lost in capsys.readouterr().err
    assert has_int8(context, FOLD)


@pytest.mark.parametrize("lost", [-0.01, 0.0, LARGEST_LOSS])
def test_a_model_that_loses_little_is_taken_as_it_is(lost: float) -> None:
    """It is not fine-tuned."""

    def fine_tune() -> tuple[bytes, int]:
        raise AssertionError("fine-tuned without need")

    chosen = choose_model(b"plain", fine_tune, {b"plain": lost}.__getitem__, CONFIG)
    assert chosen == (b"plain", Int8Record(settings=CONFIG, loss_before=lost))


def test_a_model_that_loses_more_is_fine_tuned() -> None:
    """The fine-tuned model is taken if it loses less, and the record has both losses."""
    losses = {b"plain": 0.2, b"tuned": 0.1}
    chosen = choose_model(b"plain", lambda: (b"tuned", 5), losses.__getitem__, CONFIG)
    record = Int8Record(settings=CONFIG, loss_before=0.2, epochs=5, loss_after=0.1)
    assert chosen == (b"tuned", record)


def test_fine_tuning_that_brings_nothing_is_undone() -> None:
    """The plain model is taken, and the record has no epochs."""
    losses = {b"plain": 0.2, b"tuned": 0.2}
    chosen = choose_model(b"plain", lambda: (b"tuned", 5), losses.__getitem__, CONFIG)
    assert chosen == (b"plain", Int8Record(settings=CONFIG, loss_before=0.2, loss_after=0.2))
