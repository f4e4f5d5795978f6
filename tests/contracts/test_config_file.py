"""deploy/soundpost.toml, which a package installs, is the configuration that the code reads."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin

import msgspec
import pytest

from soundpost.config import Config, Section, load_config

INSTALLED = Path(__file__).resolve().parents[2] / "deploy" / "soundpost.toml"
KEY = re.compile(r"^#(?=[a-z_]+ = |\[)", re.MULTILINE)
NAMED = re.compile(r"\n#\[\[?decide\.(groups|profiles|labels|schedules)(.(?!\n#?\[))*.", re.DOTALL)


def keys(section: type[Section], table: str = "") -> Iterator[tuple[str, object]]:
    """Every key with its default, but for those of tables that the file itself names."""
    for field in msgspec.structs.fields(section):
        if isinstance(field.type, type) and issubclass(field.type, Section):
            yield from keys(field.type, f"{table}{field.name}.")
        elif get_origin(field.type) is not dict and field.name != "schedules":
            yield f"{table}{field.name}", [] if field.default_factory is list else field.default


def uncommented() -> dict[str, object]:
    """Every key of the file with its value, as if each # were away."""
    tables = tomllib.loads(KEY.sub("", NAMED.sub("\n", INSTALLED.read_text())))
    return {
        f"{table}.{key}": value for table, kept in tables.items() for key, value in kept.items()
    }


def test_as_installed_it_changes_nothing() -> None:
    """The file that nobody has edited is the defaults."""
    assert load_config(INSTALLED) == Config()


def test_every_key_stands_in_it_and_no_other() -> None:
    """Who reads the file has seen everything that can be set."""
    assert sorted(uncommented()) == sorted(name for name, _ in keys(Config))


@pytest.mark.parametrize(
    ("name", "default"),
    [(name, value) for name, value in keys(Config) if value not in (None, msgspec.NODEFAULT)],
)
def test_a_key_stands_there_with_its_default(name: str, default: object) -> None:
    """To take a # away changes nothing yet."""
    assert uncommented()[name] == default


def test_all_examples_together_are_a_configuration(tmp_path: Path) -> None:
    """Every example is of the right type, and they contradict each other only in the broker."""
    whole: str = KEY.sub("", INSTALLED.read_text()).replace("mqtt://", "mqtts://")
    path = tmp_path / "soundpost.toml"
    path.write_text(whole)
    written: dict[str, Any] = tomllib.loads(whole)
    read = load_config(path).decide
    for named in ("groups", "profiles", "labels"):
        assert getattr(read, named).keys() == written["decide"][named].keys()
    assert len(read.schedules) == len(written["decide"]["schedules"])


def test_every_key_is_explained() -> None:
    """Above each key, or above the run of keys that it stands in, a line says what it is."""
    lines = INSTALLED.read_text().splitlines()
    for number, line in enumerate(lines):
        if KEY.match(line):
            before = next(above for above in reversed(lines[:number]) if not KEY.match(above))
            assert re.match(r"# \S", before), line
