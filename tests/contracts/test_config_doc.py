"""docs/CONFIG.md says what the code does: every key, its type, its default, its flag."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from msgspec import inspect

from soundpost import cli
from soundpost.config import Config, LabelConfig, ProfileConfig, ScheduleConfig, Section

CONFIG_DOC = Path(__file__).resolve().parents[2] / "docs" / "CONFIG.md"
COMMANDS = ("run", "listen", "check", "selftest", "watch", "devices", "clips", "bench")


class Row(NamedTuple):
    """What is said about a key; a default that TOML cannot write is left open."""

    type: str
    default: str | None


def documented_cells() -> Iterator[tuple[str, list[str]]]:
    """The full name of each documented key, and what stands beside it."""
    table = ""
    for line in CONFIG_DOC.read_text().splitlines():
        if heading := re.fullmatch(r"##+ `\[(.+)\]`", line):
            table = heading[1]
        elif line.startswith("| `"):
            key, *cells = (cell.strip() for cell in line.split("|")[1:-1])
            yield f"{table}.{key.strip('`')}", cells


def documented_rows() -> dict[str, Row]:
    """The keys with their types and defaults, as the document has them."""
    return {
        name: Row(kind, default if default.startswith("`") else None)
        for name, (kind, default, _, _) in documented_cells()
    }


def coded_rows() -> dict[str, Row]:
    """The same, as the code has them."""
    rows = dict(rows_of("decide.labels.<label>", LabelConfig))
    rows |= rows_of("decide.profiles.<profile>", ProfileConfig)
    rows |= rows_of("[decide.schedules]", ScheduleConfig)
    for table in msgspec.structs.fields(Config):
        rows |= rows_of(table.name, table.type)
    return rows


def rows_of(table: str, section: type[Section]) -> Iterator[tuple[str, Row]]:
    """The rows of one table, but for a table inside it."""
    described = inspect.type_info(section)
    assert isinstance(described, inspect.StructType)
    for field in described.fields:
        default = [] if field.default_factory is list else field.default
        written = None if default in (None, msgspec.NODEFAULT) else f"`{json.dumps(default)}`"
        if not _is_of_tables(field.type):
            yield f"{table}.{field.encode_name}", Row(words(field.type), written)


def _is_of_tables(kind: inspect.Type) -> bool:
    """Whether it holds tables of its own, which have their own heading."""
    is_list_of_tables = isinstance(kind, inspect.ListType) and isinstance(
        kind.item_type, inspect.StructType
    )
    return isinstance(kind, inspect.DictType) or is_list_of_tables


def words(kind: inspect.Type) -> str:  # noqa: PLR0911 - one for each type
    """A type as the document and the errors word it."""
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
    """The least and the most, as in `>= 0, <= 1`."""
    signs = {">": kind.gt, ">=": kind.ge, "<": kind.lt, "<=": kind.le}
    return ", ".join(f"{sign} {int(at)}" for sign, at in signs.items() if at is not None)


def test_every_key_stands_in_the_document_with_its_type_and_default() -> None:
    """No key is missing, none is invented, and none says what is no longer so."""
    assert documented_rows() == coded_rows()


def test_every_key_says_what_it_is() -> None:
    """A type and a default do not tell anybody what to use a key for."""
    assert all(meaning for _, (*_, meaning) in documented_cells())


def test_every_flag_stands_beside_its_key(capsys: pytest.CaptureFixture[str]) -> None:
    """The command line's help and the document name the same flag for the same key."""
    told: dict[str, str] = {}
    for command in COMMANDS:
        with pytest.raises(SystemExit):
            cli.main([command, "--help"])
        for flag in re.split(r"\n  (?=--)", capsys.readouterr().out)[1:]:
            if key := re.search(r"\[([a-z_]+\.[a-z_]+)\]\s*$", flag):
                told[key[1]] = flag.split()[0]
    assert len(told) > 1
    assert told == {name: flag.strip("`") for name, (_, _, flag, _) in documented_cells() if flag}
