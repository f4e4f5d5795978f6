"""Records how an int8 model was made, so that it is not made again for the same settings."""

from pathlib import Path
from typing import TypeVar

import msgspec

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.deploy import QuantizeConfig

Decoded = TypeVar("Decoded", bound=msgspec.Struct)

RECORD_FILE = "int8.json"

OLDER_FILE = "quantize.json"
"""The settings alone, from versions that had quantisation-aware training only on request."""


class Int8Record(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an int8 model and the accuracies that they led to.

    Attributes:
        settings: Of the experiment.
        loss_before: Accuracy on the training clips that int8 lost, 0.01 for a point; None where
            the settings decided without measuring.
        epochs: Of quantisation-aware training; 0 without it, or where it brought the network no
            closer to its float scores and was undone.
        loss_after: Accuracy that int8 lost after it; None as above, or where it was not needed.
    """

    settings: QuantizeConfig
    loss_before: float | None = msgspec.field(default=None, name="lost")
    epochs: int = 0
    loss_after: float | None = msgspec.field(default=None, name="left")


def read_record(folder: Path) -> Int8Record | None:
    """Reads the record of the int8 model in a run's folder; None if there is none.

    Raises:
        TrainingError: The record is damaged.
    """
    path = folder / RECORD_FILE
    if not path.is_file():
        return None
    return _decode(path, Int8Record)


def is_made_with(folder: Path, wanted: QuantizeConfig) -> bool:
    """Returns whether the int8 model in a run's folder was made with the wanted settings.

    A model from versions without the automatic choice is accepted where the settings leave the
    choice open and it had no quantisation-aware training.

    Raises:
        TrainingError: The record is damaged.
    """
    record = read_record(folder)
    if record is not None:
        return record.settings == wanted
    older = folder / OLDER_FILE
    settings = QuantizeConfig(aware_epochs=0)
    if older.is_file():
        settings = _decode(older, QuantizeConfig)
    if wanted.aware_epochs is None:
        wanted = msgspec.structs.replace(wanted, aware_epochs=0)
    return settings == wanted


def _decode(path: Path, kind: type[Decoded]) -> Decoded:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except msgspec.DecodeError as error:
        raise TrainingError(
            f"{path} does not say how an int8 model was made: {error}",
            hint="remove it and model.tflite beside it: the same command makes both anew",
        ) from error
