"""Flags of the command line as values of the configuration."""

import argparse
from pathlib import Path

import pytest

from soundpost.cli.options import add_configuration, positive_seconds, read_config
from soundpost.errors import ConfigError


def options(*arguments: str) -> argparse.Namespace:
    """Parses the flags of a command."""
    parser = argparse.ArgumentParser()
    add_configuration(parser, "source", "channel", "pace")
    return parser.parse_args(arguments)


@pytest.mark.parametrize(
    ("text", "value"),
    [("auto", "auto"), ("mix", "mix"), ("right", "right"), ("3", 3)],
)
def test_a_channel_is_a_word_or_a_number(text: str, value: str | int) -> None:
    """A flag is text; the key takes both."""
    assert read_config(options("--channel", text)).capture.channel == value


@pytest.mark.parametrize("text", ["0", "129", "rigth", "-1", "1.5", "", "9" * 5_000, "²"])
def test_an_unknown_channel_is_refused(text: str) -> None:
    """The error names the key and what it takes."""
    with pytest.raises(ConfigError, match=r"capture\.channel: expected auto, mix, left, right, or"):
        read_config(options(f"--channel={text}"))


def test_a_flag_wins_over_the_file(tmp_path: Path) -> None:
    """A key without a flag keeps the value of the file."""
    path = tmp_path / "soundpost.toml"
    path.write_text('capture.channel = 2\ncapture.pace = "fast"\n')
    capture = read_config(options("--config", str(path), "--channel", "left")).capture
    assert (capture.channel, capture.pace) == ("left", "fast")
    assert read_config(options("--config", str(path))).capture.channel == 2


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "soon"])
def test_a_duration_is_above_zero(text: str) -> None:
    """Anything else is wrong usage."""
    with pytest.raises(argparse.ArgumentTypeError, match="a number above 0"):
        positive_seconds(text)
