"""Records of int8 models."""

from pathlib import Path

import msgspec
import pytest

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.deploy import QuantizeConfig
from soundpost_training.quantize.record import Int8Record, is_made_with, read_record

pytestmark = pytest.mark.training

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
def test_an_older_int8_model_is_accepted_for_its_settings(
    tmp_path: Path, older: str, wanted: QuantizeConfig, *, made: bool
) -> None:
    """It is not made again because the choice is automatic now."""
    if older:
        (tmp_path / "quantize.json").write_text(older, encoding="utf-8")
    assert is_made_with(tmp_path, wanted) == made


@pytest.mark.parametrize("settings", [OPEN, NEVER, FIVE])
def test_other_settings_need_another_int8_model(tmp_path: Path, settings: QuantizeConfig) -> None:
    """A model is kept for the settings that it was made with, and no others."""
    (tmp_path / "int8.json").write_bytes(msgspec.json.encode(Int8Record(settings=settings)))
    assert [is_made_with(tmp_path, wanted) for wanted in (OPEN, NEVER, FIVE)] == [
        wanted == settings for wanted in (OPEN, NEVER, FIVE)
    ]


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Its keys on disk are `lost` and `left`, as in older runs."""
    record = Int8Record(settings=OPEN, loss_before=0.25, epochs=5, loss_after=0.125)
    content = msgspec.json.encode(record)
    assert msgspec.json.decode(content) == {
        "settings": {},
        "lost": 0.25,
        "epochs": 5,
        "left": 0.125,
    }
    (tmp_path / "int8.json").write_bytes(content)
    assert read_record(tmp_path) == record


@pytest.mark.parametrize("name", ["int8.json", "quantize.json"])
def test_a_damaged_record_is_refused(tmp_path: Path, name: str) -> None:
    """The file is named, and how both files are made again."""
    (tmp_path / name).write_bytes(b'{"settings": 7')
    with pytest.raises(TrainingError, match=rf"{name} does not say how") as caught:
        is_made_with(tmp_path, QuantizeConfig())
    assert "remove it and model.tflite" in caught.value.hint
