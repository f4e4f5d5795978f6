"""Flags of the command line that are keys of the configuration."""

import argparse
from pathlib import Path

import pytest

from soundpost.cli.flags.table import FLAGS
from soundpost.cli.flags.values import positive_seconds
from soundpost.cli.options import add_configuration, read_config
from soundpost.config import Config
from soundpost.errors import ConfigError


def read(*arguments: str) -> Config:
    """Returns the configuration of a command line that takes every flag."""
    parser = argparse.ArgumentParser()
    add_configuration(parser, *FLAGS)
    return read_config(parser.parse_args(arguments))


def test_a_flag_wins_over_the_file(tmp_path: Path) -> None:
    """The other keys of the file stay as they are."""
    path = tmp_path / "soundpost.toml"
    path.write_text('node.name = "file"\nmqtt.prefix = "kept"\n')
    config = read("--config", str(path), "--node", "flag")
    assert (config.node.name, config.mqtt.prefix) == ("flag", "kept")


def test_lists_are_separated_by_commas_and_add_up() -> None:
    """As `--include dog,siren` or as two flags; blanks are no part of a label."""
    config = read("--include", "dog, siren", "--include", "rain", "--exclude", "wind")
    assert config.decide.include == ["dog", "siren", "rain"]
    assert config.decide.exclude == ["wind"]


def test_without_flags_the_defaults_hold() -> None:
    """A flag that is not given replaces nothing."""
    assert read() == Config()


@pytest.mark.parametrize(
    ("flag", "value"),
    [("--bundle", "a\0b"), ("--evidence", "x" * 300), ("--bundle", "\udcff"), ("--source", "usb")],
)
def test_a_wrong_value_is_an_error_of_the_command_line(flag: str, value: str) -> None:
    """The error does not point to the file; a name that is not UTF-8 may be a folder's."""
    try:
        read(flag, value)
    except ConfigError as error:
        assert str(error).startswith("the command line: ")  # noqa: PT017 - either outcome is right
    else:
        assert value == "\udcff"


@pytest.mark.parametrize("text", ["", "0", "-1", "inf", "nan", "ten"])
def test_a_duration_is_a_number_above_zero(text: str) -> None:
    """It is a limit of time: infinity would be none."""
    with pytest.raises(argparse.ArgumentTypeError, match="a number above 0"):
        positive_seconds(text)
    assert positive_seconds("0.5") == 0.5


@pytest.mark.parametrize(
    ("text", "value"),
    [("auto", "auto"), ("mix", "mix"), ("right", "right"), ("3", 3)],
)
def test_a_channel_is_a_word_or_a_number(text: str, value: str | int) -> None:
    """A flag is text; the key takes both."""
    assert read("--channel", text).capture.channel == value


@pytest.mark.parametrize("text", ["0", "129", "rigth", "-1", "1.5", "", "9" * 5_000, "²"])
def test_an_unknown_channel_is_refused(text: str) -> None:
    """The error names the key and what it takes."""
    with pytest.raises(ConfigError, match=r"capture\.channel: expected auto, mix, left, right, or"):
        read(f"--channel={text}")


def test_a_command_that_captures_nothing_takes_the_name_of_a_source(tmp_path: Path) -> None:
    """Without a name the only source is taken; of several one must be chosen."""
    path = tmp_path / "soundpost.toml"
    parser = argparse.ArgumentParser()
    add_configuration(parser)

    def source_of(*arguments: str) -> str | None:
        return read_config(parser.parse_args(["--config", str(path), *arguments])).node.source

    path.write_text('[[sources]]\nname = "yard"\n')
    assert source_of() == "yard"
    path.write_text('[[sources]]\nname = "yard"\n[[sources]]\nname = "road"\n')
    assert source_of("--source", "road") == "road"
    with pytest.raises(ConfigError, match="yard, road") as caught:
        source_of()
    assert caught.value.hint == "choose one, as in --source yard"
    path.write_text("")
    with pytest.raises(ConfigError, match="no tables"):
        source_of("--source", "road")
