"""What the tables of an experiment are made of."""

import difflib
import typing
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from soundpost_training.errors import ExperimentError

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Positive = Annotated[int, Meta(ge=1)]
NotNegative = Annotated[int, Meta(ge=0)]
AboveZero = Annotated[float, Meta(gt=0.0)]
Channels = Annotated[int, Meta(ge=8, multiple_of=8)]
"""Widths in multiples of 8: what the int8 kernels of XNNPACK work in."""

RunName = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]*$")]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file."""


def refuse_unknown_keys(
    raw: dict[str, Any], section: type[msgspec.Struct], table: str, path: Path
) -> None:
    """Returns when every key is one of the table's, and of the tables' in it.

    Args:
        raw: The table as TOML has it.
        section: What it is to become.
        table: Its name with a dot behind, or nothing for the whole file.
        path: Of the file, for the error.

    Raises:
        ExperimentError: A key is unknown; the nearest known one is named.
    """
    fields = {field.name: field.type for field in msgspec.structs.fields(section)}
    for key, value in raw.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1, cutoff=0.5)
            guess = f"did you mean {table}{near[0]}?" if near else f"known: {', '.join(fields)}"
            raise ExperimentError(f"{path}: unknown key {table}{key}", hint=guess)
        for inner in typing.get_args(fields[key]) or (fields[key],):
            is_table = isinstance(inner, type) and issubclass(inner, msgspec.Struct)
            if is_table and isinstance(value, dict):
                refuse_unknown_keys(value, inner, f"{table}{key}.", path)
