"""The configuration of each source: nothing that two processes may not share is shared."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.config import Config, load_config
from soundpost.config.sources import MOST_SOURCES, tables_of_source
from soundpost.errors import ConfigError

Write = Callable[[str | bytes], Path]

WHOLE = """
node.name = "barn"
[mqtt]
outbox = "/srv/outbox.db"
client_id = "barn"
[evidence]
folder = "/srv/clips"
budget_megabytes = 50
[metrics]
textfile = "/srv/soundpost.prom"
listen = "127.0.0.1:9464"
[gate]
open_on = "level"
floor_seconds = 60.0
[[sources]]
name = "yard"
source = "mic:USB"
channel = "left"
[[sources]]
name = "road"
source = "wav:~/road.wav"
bundle = "esc50"
[sources.gate]
open_on = "always"
"""

NAMES = st.lists(
    st.from_regex(r"\A[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}\Z"),
    min_size=2,
    max_size=MOST_SOURCES,
    unique_by=str.lower,
)


@pytest.fixture
def whole(write: Write) -> Path:
    """Provides a configuration with two sources."""
    return write(WHOLE)


def refusal(path: Path, **options: Any) -> ConfigError:  # noqa: ANN401 - those of load_config
    """Returns the error with which a configuration is refused."""
    with pytest.raises(ConfigError) as caught:
        load_config(path, **options)
    return caught.value


def exclusive_values(config: Config) -> list[str]:
    """Returns everything that only one process may use: topics, identifiers, files, ports."""
    files = (config.mqtt.outbox, config.evidence.folder, config.metrics.textfile)
    return [
        f"topics below {config.mqtt.prefix}/{config.node.name}/{config.node.source}",
        f"client {config.mqtt.client_id}",
        f"address {config.metrics.listen}",
        *(f"file {file}" for file in files),
    ]


@given(NAMES, st.sampled_from(["/a/outbox.db", "outbox.db", "/a/clips/outbox.db", "/outbox"]))
def test_no_two_sources_share_a_topic_an_identifier_a_file_or_a_port(
    names: list[str], outbox: str
) -> None:
    """Whatever their names are, also without regard to upper and lower case."""
    tables = tomllib.loads(WHOLE) | {"sources": [{"name": name} for name in names]}
    tables["mqtt"] |= {"outbox": outbox, "client_id": "b"}
    configs = [msgspec.convert(tables_of_source(tables, name), Config) for name in names]
    values = [value.lower() for config in configs for value in exclusive_values(config)]
    assert len(set(values)) == len(values)
    assert not any(config.sources for config in configs)


def test_a_source_has_the_rest_of_the_file(whole: Path) -> None:
    """Its own keys win over those of [gate] and [classify]; its files have its name."""
    yard, road = (load_config(whole, source=name) for name in ("yard", "road"))
    assert (yard.node.name, yard.node.source) == ("barn", "yard")
    assert (yard.capture.source, yard.capture.channel) == ("mic:USB", "left")
    assert (yard.gate.open_on, yard.gate.floor_seconds) == ("level", 60.0)
    assert (road.gate.open_on, road.gate.floor_seconds) == ("always", 60.0)
    assert (yard.classify.bundle, road.classify.bundle) == ("everyday", "esc50")
    assert (yard.mqtt.outbox, yard.mqtt.client_id) == ("/srv/yard/outbox.db", "barn-yard")
    assert (road.evidence.folder, road.evidence.budget_megabytes) == ("/srv/clips/road", 50)
    assert road.metrics.textfile == "/srv/soundpost-road.prom"
    assert (yard.metrics.listen, road.metrics.listen) == ("127.0.0.1:9464", "127.0.0.1:9465")
    assert road.capture.source == f"wav:{Path.home()}/road.wav"


def test_what_is_not_configured_stays_so(write: Write) -> None:
    """A source without an outbox, clips and metrics in the file has none of its own."""
    config = load_config(write('[[sources]]\nname = "yard"\n'), source="yard")
    assert (config.mqtt, config.evidence, config.metrics) == (
        Config().mqtt,
        Config().evidence,
        Config().metrics,
    )


def test_a_source_uses_the_models_that_it_names(write: Write) -> None:
    """Each keeps its rules; a source that names none uses all, `bundle` replaces all."""
    path = write(
        '[[models]]\nbundle = "birds"\ndecide.include = ["owl"]\n[[models]]\nbundle = "esc50"\n'
        '[[sources]]\nname = "wood"\nmodels = ["birds"]\n[[sources]]\nname = "yard"\n'
        '[[sources]]\nname = "road"\nbundle = "esc10"\n'
    )
    wood, yard, road = (load_config(path, source=name) for name in ("wood", "yard", "road"))
    assert [(model.bundle, model.decide.include) for model in wood.all_models] == [
        ("birds", ["owl"])
    ]
    assert [model.bundle for model in yard.all_models] == ["birds", "esc50"]
    assert [model.bundle for model in road.all_models] == ["esc10"]
    several = [{"bundle": "a"}, {"bundle": "b"}]
    flagged = load_config(path, {"models": several, "capture": {"source": "road"}})
    assert [model.bundle for model in flagged.all_models] == ["a", "b"]


def test_flags_win_over_the_keys_of_every_source(whole: Path) -> None:
    """`--source` chooses one; without it the whole configuration is returned."""
    flags = {"capture": {"channel": "right"}, "classify": {"bundle": "esc10"}}
    config = load_config(whole, flags)
    assert {source.channel for source in config.sources} == {"right"}
    chosen = load_config(whole, flags | {"capture": {"channel": "mix", "source": "road"}})
    assert (chosen.node.source, chosen.capture.channel) == ("road", "mix")
    assert chosen.classify.bundle == "esc10"


def test_a_flag_with_a_wrong_value_is_refused(whole: Path) -> None:
    """The error has the flag's key, as without sources."""
    assert "classify.bundle" in str(refusal(whole, flags={"classify": {"bundle": 3}}))


@pytest.mark.parametrize("name", ["yrad", "mic:USB"])
def test_an_unknown_source_is_refused_with_those_that_there_are(whole: Path, name: str) -> None:
    """A microphone is no name: with [[sources]], `--source` takes a name."""
    error = refusal(whole, flags={"capture": {"source": name}})
    assert "yard, road" in str(error)


def test_a_source_without_tables_is_refused(write: Write) -> None:
    """`--source yard` means nothing to a file with one source."""
    assert "has no tables [[sources]]" in str(refusal(write("[capture]\n"), source="yard"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('[capture]\n[[sources]]\nname = "a"', "got both"),
        ('node.source = "b"\n[[sources]]\nname = "a"', "node.source is set beside"),
        ('[[sources]]\nname = "a"\n[[sources]]\nname = "A"', "two tables [[sources]] have"),
        ("[[sources]]\n", "missing required field `name`"),
        ('[[sources]]\nname = ".."', "no dot at first"),
        ('[[sources]]\nname = "status"', "which is a topic of the node itself"),
        ('[[sources]]\nname = "a/b"', "sources[0].name: expected"),
        ('[[sources]]\nname = "a"\nsouce = "mic"', "unknown key sources[0].souce"),
        ('[[sources]]\nname = "a"\nsource = "usb"', "sources[0].source: expected"),
        ('[[sources]]\nname = "a"\nsource = "wav: x"', "without blanks"),
        ('[[sources]]\nname = "a"\nbundle = "b"\nmodels = ["c"]', "both bundle and models"),
        ('[[sources]]\nname = "a"\nmodels = ["c"]', "no table [[models]] has the bundle 'c'"),
        ('[[sources]]\nname = "a"\ngate.open_no = 1', "unknown key sources[0].gate.open_no"),
        ('metrics.listen = "127.0.0.1:65535"\n[[sources]]\nname = "a"\n[[sources]]\nname = "b"',
         "no port for source b"),
        ("".join(f'[[sources]]\nname = "s{n}"\n' for n in range(MOST_SOURCES + 1)), "at most"),
        ("".join(f'[[sources]]\nname = "{n}"\nsource = "wav:/dev/stdin"\n' for n in "ab"),
         "read the standard input"),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused(write: Write, content: str, expected: str) -> None:
    """At the load of the whole file, before any source starts."""
    assert expected in str(refusal(write(content)))


def test_a_source_has_its_own_chosen_labels_and_device_classes(write: Write) -> None:
    """Sources may have models of other labels, whose names the other one would refuse."""
    path = write("""
[mqtt]
chosen = ["dog"]
[mqtt.device_classes]
dog = "motion"
[[sources]]
name = "yard"
[[sources]]
name = "road"
chosen = ["Tawny Owl"]
[sources.device_classes]
tawny_owl = "occupancy"
""")
    yard, road = (load_config(path, source=name).mqtt for name in ("yard", "road"))
    assert (yard.chosen, yard.device_classes) == (["dog"], {"dog": "motion"})
    assert road.chosen == ["Tawny Owl"]
    assert road.device_classes == {"dog": "motion", "tawny_owl": "occupancy"}
    wrong = refusal(write('[[sources]]\nname = "a"\n[sources.device_classes]\ndog = "x"\n'))
    assert "sources[0].device_classes" in str(wrong)
