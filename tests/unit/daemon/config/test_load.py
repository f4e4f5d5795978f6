"""Errors of the configuration file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from soundpost.config import load_config
from soundpost.errors import EX_CONFIG, ConfigError

Write = Callable[[str | bytes], Path]


@pytest.mark.parametrize(
    ("text", "named", "hint"),
    [
        ("[mqtt]\nbrokr = 'x'", "mqtt.brokr", "mqtt.broker"),
        ("[mqt]\nbroker = 'x'", "mqt", "mqtt"),
        ("broker = 'mqtt://a'", "broker", "mqtt.broker"),
        ("[mqtt]\nsource = 'mic'", "mqtt.source", "capture.source"),
        ("[decide]\non_treshold = 1", "decide.on_treshold", "decide.on_threshold"),
        (
            "[[decide.schedules]]\nform = '22:00'",
            "decide.schedules[0].form",
            "decide.schedules[0].from",
        ),
        (
            "[decide.labels.dog]\noff_threshhold = 0.1",
            "decide.labels.dog.off_threshhold",
            "decide.labels.dog.off_threshold",
        ),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(
    write: Write, text: str, named: str, hint: str
) -> None:
    """A typing error is refused, with the nearest key of any table in the hint."""
    with pytest.raises(ConfigError) as caught:
        load_config(write(text))
    assert str(caught.value).endswith(f"unknown key {named}")
    assert caught.value.hint == f"did you mean {hint}?"


def test_an_unknown_key_like_no_other_lists_the_known_ones(write: Write) -> None:
    """If no key is near, the hint lists the keys of the table."""
    with pytest.raises(ConfigError) as caught:
        load_config(write("[node]\nxyzzy = 1"))
    assert caught.value.hint == "known: name, source, latitude, longitude, timezone"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[mqtt]\nbroker = 3", "mqtt.broker: expected mqtt://host:port"),
        ("[mqtt]\nbroker = 'http://host'", "mqtt.broker: expected mqtt://host:port"),
        ('[mqtt]\nbroker = "mqtt://host\\n"', "mqtt.broker: expected mqtt://host:port"),
        ("[node]\nname = 'a/b'", "node.name: expected 1 to 64 letters"),
        ('[node]\nname = "a\\n"', "node.name: expected 1 to 64 letters"),
        ("[capture]\nsource = 'microphone'", "capture.source: expected mic, mic:NAME"),
        ("[capture]\nqueue_seconds = true", "capture.queue_seconds: expected a number, got True"),
        ("[capture]\nqueue_seconds = 0", "capture.queue_seconds: expected a number > 0.0, got 0"),
        ("[gate]\nfloor_seconds = inf", "gate.floor_seconds: expected a number <= 86400.0"),
        ("[gate]\nfloor_seconds = nan", "gate.floor_seconds: expected a number > 0.0, got nan"),
        ("[gate]\nopen_on = 'vioce'", "gate.open_on: expected one of always, level, voice"),
        ("[classify]\nthreads = 1.5", "classify.threads: expected a whole number, got 1.5"),
        ("[classify]\nbundle = ''", "classify.bundle: expected text of length >= 1"),
        ("[decide]\ninclude = 'siren'", "decide.include: expected a list of labels"),
        ("[decide]\nexclude = [1]", "decide.exclude: expected a list of labels, got [1]"),
        ("[decide.labels]\ndog = 1", "decide.labels.dog: expected a table, got 1"),
        (
            "[decide.labels.dog]\non_threshold = 2",
            "decide.labels.dog.on_threshold: expected a number <= 1.0, got 2",
        ),
        ("[decide.groups]\nall = 'dog'", "decide.groups.all: expected a list of labels, got 'dog'"),
        ("[decide]\nschedules = 1", "decide.schedules: expected a list of tables, got 1"),
        ("[decide]\nschedules = [1]", "decide.schedules[0]: expected a table, got 1"),
        (
            "[[decide.schedules]]\nfrom = '25:00'\nto = '06:00'",
            "decide.schedules[0].from: expected a time as 22:00, or dawn",
        ),
        (
            "[[decide.schedules]]\nfrom = 'dusk'\nto = 'dusk+12:00'",
            "decide.schedules[0].to: expected a time as 22:00, or dawn",
        ),
        ("[[decide.schedules]]\nfrom = 'dusk'", "[decide.schedules[0]] Object missing required"),
        ("[[decide.schedules]]\nfrom = 'dusk'\nto = 'dusk'", "[decide.schedules[0]] from and to"),
        ("[node]\nlatitude = 91", "node.latitude: expected a number <= 90.0, got 91"),
        ("[node]\nlatitude = 9", "[node] latitude and longitude are set both"),
        ("node = 3", "node: expected a table, got 3"),
        ("[[mqtt]]\nprefix = 'a'", "mqtt: expected a table, got [{"),
    ],
)
def test_a_wrong_value_is_reported_with_its_full_name(
    write: Write, text: str, message: str
) -> None:
    """The error has the key, the expected value and the given one."""
    path = write(text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_a_wrong_flag_is_reported_as_the_command_line_s(write: Write) -> None:
    """A person need not look for the mistake in the file."""
    with pytest.raises(ConfigError, match=r"^the command line: capture\.pace: expected one of"):
        load_config(write(""), {"capture": {"pace": "slow"}})


def test_a_value_in_the_place_of_a_table_is_refused_even_if_a_flag_sets_its_key(
    write: Write,
) -> None:
    """A flag does not hide a broken table."""
    with pytest.raises(ConfigError, match="mqtt: expected a table, got 3"):
        load_config(write("mqtt = 3"), {"mqtt": {"broker": "mqtt://b"}})


def test_a_password_in_the_broker_s_url_is_refused_and_not_repeated(write: Write) -> None:
    """Errors are written to logs that other people read."""
    with pytest.raises(ConfigError, match="without the user") as caught:
        load_config(write("[mqtt]\nbroker = 'mqtt://me:s3cr/et@host'"))
    assert "cr" not in str(caught.value).partition(", got ")[2]


@pytest.mark.parametrize(
    "content",
    [
        b"[mqtt",
        b"broker = mqtt://a",
        b"\xff\xfe\x00",
        b"a = " + b"9" * 5000,
        b"a = " + b"[" * 100_000,
        b"\x00",
        b"[node]\n[node]",
    ],
    ids=["cut short", "unquoted", "not UTF-8", "long number", "deep", "zero byte", "twice"],
)
def test_a_file_that_is_not_toml_is_refused(write: Write, content: bytes) -> None:
    """It is an error of the configuration, not a bug."""
    with pytest.raises(ConfigError, match="is not TOML: "):
        load_config(write(content))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """A named file must exist; the defaults do not replace it."""
    with pytest.raises(ConfigError, match=r"absent\.toml cannot be read: No such file") as caught:
        load_config(tmp_path / "absent.toml")
    assert caught.value.exit_status == EX_CONFIG


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    """The error names the reason."""
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_config(tmp_path)
