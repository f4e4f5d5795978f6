"""How an int8 model was made, kept beside it, so that it is made once."""

from pathlib import Path
from typing import TypeVar

import msgspec

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.deploy import QuantizeConfig

Kept = TypeVar("Kept", bound=msgspec.Struct)

RECORD_FILE = "int8.json"

OLDER_FILE = "quantize.json"
"""The settings alone, from when int8 was never got used to unless they said so."""


class Int8Record(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an int8 model and what came of them.

    Attributes:
        settings: Of the experiment.
        lost: The accuracy that int8 lost of what was trained on, 0.01 for a point; None where
            settings decided without asking.
        epochs: For how long the network then got used to int8; 0 where it did not, or where that
            brought it no closer to itself in float and was undone.
        left: What it lost after that; None as above, or where it had nothing to get used to.
    """

    settings: QuantizeConfig
    lost: float | None = None
    epochs: int = 0
    left: float | None = None


def read_record(folder: Path) -> Int8Record | None:
    """How the int8 model in a run's folder was made; None of one that was made before this.

    Raises:
        TrainingError: What was kept of it is damaged.
    """
    path = folder / RECORD_FILE
    if not path.is_file():
        return None
    return _decode(path, Int8Record)


def is_made_with(folder: Path, wanted: QuantizeConfig) -> bool:
    """Whether the int8 model in a run's folder was made as an experiment wants it.

    One from before networks decided for themselves is what it is: it is not made anew for that.

    Raises:
        TrainingError: What was kept of it is damaged.
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


def _decode(path: Path, kind: type[Kept]) -> Kept:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except msgspec.DecodeError as error:
        raise TrainingError(
            f"{path} does not say how an int8 model was made: {error}",
            hint="remove it and model.tflite beside it: the same command makes both anew",
        ) from error
