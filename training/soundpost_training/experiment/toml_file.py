"""Reads the TOML file of an experiment, and checks its keys."""

import math
import tomllib
import typing
from pathlib import Path
from typing import Any

import msgspec

from soundpost.errors import nearest
from soundpost.system.regular_file import read_regular
from soundpost_training.errors import ExperimentError

LARGEST_FILE_BYTES = 1_000_000
"""A hundred times the longest experiment of training/configs."""


def read_toml(path: Path) -> dict[str, Any]:
    """Returns the tables of an experiment's file, not yet validated.

    Raises:
        ExperimentError: The file cannot be read, is no regular file, is not TOML, or has an
            infinite number.
    """
    try:
        text = read_regular(path, LARGEST_FILE_BYTES).decode("utf-8-sig")
        return tomllib.loads(text, parse_float=_finite)
    except OSError as error:
        raise ExperimentError(
            f"{path} cannot be read: {error.strerror}",
            hint="name an experiment with --config, such as training/configs/esc50.toml",
        ) from error
    # Besides TOMLDecodeError: other encodings, numbers of thousands of digits, nested brackets.
    except (ValueError, RecursionError) as error:
        raise ExperimentError(
            f"{path} is not TOML: {error}", hint="strings need quotes; tables look like [train]"
        ) from error


def _finite(text: str) -> float:
    """Returns a number; `inf`, `nan` and 1e400 would spoil a training run without an error."""
    number = float(text)
    if not math.isfinite(number):
        raise ExperimentError(f"expected a finite number, got {text}", hint="write it in digits")
    return number


def refuse_unknown_keys(
    raw: dict[str, Any], section: type[msgspec.Struct], table: str, path: Path
) -> None:
    """Raises an error for the first key that a table, or a table in it, does not have.

    Args:
        raw: The table as TOML has it.
        section: The type of the table.
        table: The name of the table with a dot after it; empty for the whole file.
        path: The file, for the error.

    Raises:
        ExperimentError: A key is unknown; the nearest known one is named.
    """
    types = {field.name: field.type for field in msgspec.structs.fields(section)}
    tag_field = section.__struct_config__.tag_field
    known = [*types] if tag_field is None else [tag_field, *types]
    for key, value in raw.items():
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean {table}{near}?" if near else f"known: {', '.join(known)}"
            raise ExperimentError(f"{path}: unknown key {table}{key}", hint=hint)
        if isinstance(value, dict) and (inner := _section_of(types.get(key), value)):
            refuse_unknown_keys(value, inner, f"{table}{key}.", path)


def _section_of(kind: Any, value: dict[str, Any]) -> type[msgspec.Struct] | None:  # noqa: ANN401 - a type of any form, such as a union
    """Returns the table type among a key's types; of a tagged union, the one that the tag names."""
    for inner in typing.get_args(kind) or (kind,):
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            config = inner.__struct_config__
            if config.tag_field is None or value.get(config.tag_field) == config.tag:
                return inner
    return None
