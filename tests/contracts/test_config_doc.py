"""docs/CONFIG.md agrees with the code: every key, its type, its default, its flag."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, get_args, get_origin

import msgspec
import pytest
from msgspec import inspect

from soundpost import cli
from soundpost.config import Config, LabelConfig, ProfileConfig, ScheduleConfig, Section

CONFIG_DOC = Path(__file__).resolve().parents[2] / "docs" / "CONFIG.md"
COMMANDS = ("run", "listen", "check", "selftest", "watch", "devices", "labels", "clips", "bench")


class Row(NamedTuple):
    """The documented type and default of a key; None for a default that TOML cannot express."""

    type: str
    default: str | None


def documented_cells() -> Iterator[tuple[str, list[str]]]:
    """Yields the full name of each documented key, and the other cells of its row."""
    table = ""
    for line in CONFIG_DOC.read_text().splitlines():
        if heading := re.fullmatch(r"##+ `\[(.+)\]`", line):
            table = heading[1]
        elif line.startswith("| `"):
            key, *cells = (cell.strip() for cell in line.split("|")[1:-1])
            yield f"{table}.{key.strip('`')}", cells


def documented_rows() -> dict[str, Row]:
    """Returns the keys with their types and defaults from the document."""
    return {
        name: Row(kind, default if default.startswith("`") else None)
        for name, (kind, default, _, _) in documented_cells()
    }


def coded_rows() -> dict[str, Row]:
    """Returns the keys with their types and defaults from the code."""
    rows = dict(rows_of("decide.labels.<label>", LabelConfig))
    rows |= rows_of("decide.profiles.<profile>", ProfileConfig)
    rows |= rows_of("[decide.schedules]", ScheduleConfig)
    for table in msgspec.structs.fields(Config):
        is_list = get_origin(table.type) is list
        kind = get_args(table.type)[0] if is_list else table.type
        rows |= rows_of(f"[{table.name}]" if is_list else table.name, kind)
    return rows


def rows_of(table: str, section: type[Section]) -> Iterator[tuple[str, Row]]:
    """Yields the rows of one table without its nested tables."""
    described = inspect.type_info(section)
    assert isinstance(described, inspect.StructType)
    for field in described.fields:
        if _is_of_tables(field.type):
            continue
        default = [] if field.default_factory is list else field.default
        written = None if default in (None, msgspec.NODEFAULT) else f"`{json.dumps(default)}`"
        yield f"{table}.{field.encode_name}", Row(words(field.type), written)


def _is_of_tables(kind: inspect.Type) -> bool:
    """Returns whether a field has tables, which have headings of their own."""
    is_list_of_tables = isinstance(kind, inspect.ListType) and isinstance(
        kind.item_type, inspect.StructType
    )
    return isinstance(kind, inspect.DictType | inspect.StructType) or is_list_of_tables


def words(kind: inspect.Type) -> str:  # noqa: PLR0911 - one for each type
    """Returns a type in the words of the document and of the errors."""
    match kind:
        case inspect.Metadata(extra_json_schema={"description": str(description)}):
            return description
        case inspect.UnionType(types=(inner, inspect.NoneType())):
            return words(inner)
        case inspect.LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}"
        case inspect.BoolType():
            return "true or false"
        case inspect.FloatType():
            return f"a number {bounds(kind)}"
        case inspect.IntType():
            return f"a whole number {bounds(kind)}"
        case inspect.StrType(min_length=int(length)):
            return f"text of length >= {length}"
    raise AssertionError(f"the document has no words for {kind}")


def bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    """Returns the bounds of a number, as in `>= 0, <= 1`."""
    signs = {">": kind.gt, ">=": kind.ge, "<": kind.lt, "<=": kind.le}
    return ", ".join(f"{sign} {int(at)}" for sign, at in signs.items() if at is not None)


def test_every_key_is_documented_with_its_type_and_default() -> None:
    """No key is missing, invented or outdated."""
    assert documented_rows() == coded_rows()


def test_every_key_has_a_description() -> None:
    """A type and a default alone do not explain a key."""
    assert all(meaning for _, (*_, meaning) in documented_cells())


def test_every_flag_is_documented_with_its_key(capsys: pytest.CaptureFixture[str]) -> None:
    """The help of the command line has the same flag for the same key."""
    flags: dict[str, str] = {}
    for command in COMMANDS:
        with pytest.raises(SystemExit):
            cli.main([command, "--help"])
        for flag in re.split(r"\n  (?=--)", capsys.readouterr().out)[1:]:
            if key := re.search(r"\[([a-z_]+\.[a-z_]+)\]\s*$", flag):
                flags[key[1]] = flag.split()[0]
    assert len(flags) > 1
    assert flags == {name: flag.strip("`") for name, (_, _, flag, _) in documented_cells() if flag}
