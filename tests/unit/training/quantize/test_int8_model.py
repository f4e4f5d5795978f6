"""How the int8 model of a fold is made: what decides, and what is not made again."""

import itertools
from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from soundpost_training.dataset import Features
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.deploy import QuantizeConfig
from soundpost_training.experiment.experiment import load_experiment
from soundpost_training.quantize.int8_model import LARGEST_LOSS, has_int8, make_int8
from soundpost_training.quantize.record import Int8Record, is_made_with, read_record
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.train import train_fold

pytestmark = pytest.mark.training

FOLD = 3
FAST = "average_momentum = 0.8\n\n[quantize]\naware_learning_rate = 3e-2\n"
"""A few epochs of the tones are a few steps, which must lead somewhere."""


class Guarded(Features):
    """Features whose last fold nobody may listen to."""

    def clip(self, index: int) -> NDArray[np.float32]:
        """Those of a clip of the other folds."""
        assert index < 12, "the held-out fold was asked"
        return super().clip(index)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which a network is trained once."""
    return tmp_path_factory.mktemp("int8")


@pytest.fixture
def material(experiment_file: Path, tones_at_home: Path, home: Path) -> TrainingContext:
    """The tones but for the fold held out, and an experiment that leaves int8 to its networks."""
    assert tones_at_home.is_dir()
    text = experiment_file.read_text(encoding="utf-8")
    experiment_file.write_text(text.replace("average_momentum = 0.8\n", FAST), encoding="utf-8")
    material = TrainingContext.of(load_experiment(experiment_file), home / "cache", home / "runs")
    assert material.dataset.in_folds([FOLD]) == list(range(12, 18))
    heard = material.features
    guarded = Guarded(heard.spec, heard.log_mel, heard.starts, heard.frames)
    return TrainingContext(material.experiment, material.dataset, guarded, material.runs)


def spoilt(network: keras.Model) -> keras.Model:
    """A network that says the same in float, and in int8 hears with half of its channels.

    Every second rectified channel is larger by a factor that what listens to it takes back: Nagel
    et al., "Data-Free Quantization Through Weight Equalization", ICCV 2019, the other way round.
    """
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    for norm, rectified in itertools.pairwise(copy.layers):
        readers = [node.operation for node in rectified._outbound_nodes]  # noqa: SLF001 - no other way
        if not isinstance(norm, keras.layers.BatchNormalization) or not all(
            isinstance(reader, keras.layers.Conv2D) for reader in readers
        ):
            continue
        gamma, beta, *rest = norm.get_weights()
        factors = np.where(np.arange(len(gamma)) % 2, 1000.0, 1.0)
        norm.set_weights([gamma * factors, beta * factors, *rest])
        for reader in readers:
            (kernel,) = reader.get_weights()
            reader.set_weights([kernel / factors[:, None]])
    return copy


def test_a_network_that_loses_by_int8_gets_used_to_it(
    material: TrainingContext, capsys: pytest.CaptureFixture[str]
) -> None:
    """It loses less then, which is told and kept; the held-out fold is not listened to."""
    make_int8(material, FOLD, spoilt(train_fold(material, FOLD)))
    record = read_record(material.fold_folder(FOLD))
    assert record is not None
    assert (record.settings, record.epochs) == (material.experiment.quantize, 5)
    assert record.lost is not None
    assert record.left is not None
    assert record.lost > LARGEST_LOSS
    assert record.left < record.lost
    assert f"lost {100 * record.lost:.2f} points of what was heard" in capsys.readouterr().err
    assert has_int8(material, FOLD)


def test_a_network_that_loses_little_is_left_as_it_is(material: TrainingContext) -> None:
    """Nothing is learnt for nothing."""
    make_int8(material, FOLD, train_fold(material, FOLD))
    record = read_record(material.fold_folder(FOLD))
    assert record is not None
    assert record.lost is not None
    assert record.lost <= LARGEST_LOSS
    assert (record.epochs, record.left) == (0, None)


OPEN, NEVER, FIVE = (QuantizeConfig(aware_epochs=epochs) for epochs in (None, 0, 5))


@pytest.mark.parametrize(
    ("older", "wanted", "made"),
    [
        ("", OPEN, True),
        ("", NEVER, True),
        ("", FIVE, False),
        ('{"aware_epochs":0,"aware_learning_rate":3e-05}', OPEN, True),
        ('{"aware_epochs":0,"aware_learning_rate":3e-05}', FIVE, False),
        ('{"aware_epochs":5,"aware_learning_rate":3e-05}', FIVE, True),
        ('{"aware_epochs":5,"aware_learning_rate":3e-05}', OPEN, False),
    ],
)
def test_an_int8_model_from_before_is_what_it_is(
    tmp_path: Path, older: str, wanted: QuantizeConfig, *, made: bool
) -> None:
    """It is not made anew because networks decide for themselves now."""
    if older:
        (tmp_path / "quantize.json").write_text(older, encoding="utf-8")
    assert is_made_with(tmp_path, wanted) == made


@pytest.mark.parametrize("settings", [OPEN, NEVER, FIVE])
def test_other_settings_are_another_int8_model(tmp_path: Path, settings: QuantizeConfig) -> None:
    """What was switched off is not left so when nothing says so any more, and so on."""
    kept = msgspec.json.encode(Int8Record(settings=settings))
    (tmp_path / "int8.json").write_bytes(kept)
    assert [is_made_with(tmp_path, one) for one in (OPEN, NEVER, FIVE)] == [
        one == settings for one in (OPEN, NEVER, FIVE)
    ]


@pytest.mark.parametrize("name", ["int8.json", "quantize.json"])
def test_a_damaged_record_is_refused(tmp_path: Path, name: str) -> None:
    """The file is named, and what brings both anew."""
    (tmp_path / name).write_bytes(b'{"settings": 7')
    with pytest.raises(TrainingError, match=rf"{name} does not say how") as caught:
        is_made_with(tmp_path, QuantizeConfig())
    assert "remove it and model.tflite" in caught.value.hint
