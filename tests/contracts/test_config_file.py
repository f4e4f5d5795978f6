"""deploy/soundpost.toml, which the package installs, agrees with the code."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest

from soundpost.config import Config, Section, load_config

INSTALLED = Path(__file__).resolve().parents[2] / "deploy" / "soundpost.toml"
KEY = re.compile(r"^#(?=[a-z_]+ = |\[)", re.MULTILINE)
NAMED = re.compile(
    r"\n#\[\[?(decide\.(groups|profiles|labels|schedules)|models|sources|mqtt\.device_classes)(.(?!\n#?\[))*.",
    re.DOTALL,
)


def keys(section: type[Section], table: str = "") -> Iterator[tuple[str, object]]:
    """Yields every key with its default, except those of tables with user-defined names."""
    for field in msgspec.structs.fields(section):
        if isinstance(field.type, type) and issubclass(field.type, Section):
            yield from keys(field.type, f"{table}{field.name}.")
        elif get_origin(field.type) is not dict and not is_list_of_tables(field.type):
            yield f"{table}{field.name}", [] if field.default_factory is list else field.default


def is_list_of_tables(kind: object) -> bool:
    """Returns whether a key is written as tables with double brackets."""
    return get_origin(kind) is list and issubclass(get_args(kind)[0], Section)


def uncommented() -> dict[str, object]:
    """Returns every key of the file with its value, as if each # were removed."""
    tables = tomllib.loads(KEY.sub("", NAMED.sub("\n", INSTALLED.read_text())))
    return {
        f"{table}.{key}": value for table, kept in tables.items() for key, value in kept.items()
    }


def test_the_installed_file_is_the_default_configuration() -> None:
    """All its keys are comments."""
    assert load_config(INSTALLED) == Config()


def test_the_file_has_exactly_the_keys_of_the_configuration() -> None:
    """It therefore shows everything that can be set."""
    assert sorted(uncommented()) == sorted(name for name, _ in keys(Config))


@pytest.mark.parametrize(
    ("name", "default"),
    [(name, value) for name, value in keys(Config) if value not in (None, msgspec.NODEFAULT)],
)
def test_a_key_has_its_default_value_in_the_file(name: str, default: object) -> None:
    """Removing a # changes nothing yet."""
    assert uncommented()[name] == default


def test_all_examples_together_are_a_valid_configuration(tmp_path: Path) -> None:
    """They contradict each other in the broker's scheme, the source and the two forms of models."""
    whole: str = KEY.sub("", INSTALLED.read_text()).replace("mqtt://", "mqtts://")
    whole = whole.replace('source = "mic"', 'source = "rtsp://me@camera.local/stream"')
    models = whole[whole.index("[[models]]") : whole.index("\n[evidence]")]
    whole = whole.replace(models, "")
    sources = whole[whole.index("\n[[sources]]") : whole.index("\n[gate]")]
    whole = whole.replace(sources, "")
    path = tmp_path / "soundpost.toml"
    path.write_text(sources)
    assert [source.name for source in load_config(path).sources] == ["yard", "road"]
    path.write_text(whole)
    written: dict[str, Any] = tomllib.loads(whole)
    config = load_config(path)
    assert config.mqtt.device_classes == written["mqtt"]["device_classes"]
    read = config.decide
    for named in ("groups", "profiles", "labels"):
        assert getattr(read, named).keys() == written["decide"][named].keys()
    assert len(read.schedules) == len(written["decide"]["schedules"])
    path.write_text(models)
    assert [model.threads for model in load_config(path).all_models] == [1, 1]


def test_every_key_has_a_comment() -> None:
    """It is above the key, or above the group of keys."""
    lines = INSTALLED.read_text().splitlines()
    for number, line in enumerate(lines):
        if KEY.match(line):
            before = next(above for above in reversed(lines[:number]) if not KEY.match(above))
            assert re.match(r"# \S", before), line
