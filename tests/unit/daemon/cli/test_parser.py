"""Misspelt words of the command line are answered with the nearest one."""

import argparse

import pytest

from soundpost.cli.options import read_config
from soundpost.cli.parser import build_parser


@pytest.mark.parametrize(
    ("line", "command", "near"),
    [
        ("listen --thresold 0.4 night.wav", "soundpost listen", "--threshold"),
        ("listen --thresold=0.4 night.wav", "soundpost listen", "--threshold"),
        ("run --brokr mqtt://broker.local", "soundpost run", "--broker"),
        ("run --pace fats", "soundpost run", "fast"),
        ("bundles --jsn", "soundpost bundles", "--json"),
        ("lisen night.wav", "soundpost", "listen"),
    ],
)
def test_a_misspelt_word_gets_the_usage_of_its_command_and_the_nearest_word(
    line: str, command: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt flag, choice or command is wrong usage, and the error names the nearest one."""
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(line.split())
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith(f"usage: {command} [-h]")
    assert error.endswith(f"hint: did you mean {near}?\n")


@pytest.mark.parametrize("line", ["run night.wav", "labels --xyzzy"])
def test_a_word_like_no_other_gets_no_guess(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown word that is like no flag is refused without a guess."""
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(line.split())
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert "unrecognized arguments" in error
    assert "did you mean" not in error


@pytest.mark.parametrize("line", ["teach gate_bell --dry-run bell", "listen a.wav --summary b.wav"])
def test_files_on_both_sides_of_a_flag_get_a_hint(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The parser of Python takes one run of them."""
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(line.split())
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.endswith("hint: write all files side by side, before the flags\n")


def test_every_command_teaches_by_examples() -> None:
    """The help of each command has a line that can be typed."""
    parser = build_parser()
    (commands,) = (
        action.choices
        for action in parser._actions  # noqa: SLF001 - argparse has no list of its commands
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001 - as above
    )
    assert len(commands) == 14
    for name, command in commands.items():
        assert f"  soundpost {name}" in (command.epilog or ""), name


def test_the_folder_of_clips_is_that_of_the_configuration() -> None:
    """`clips --evidence` replaces the key of the configuration."""
    options = build_parser().parse_args(["clips", "--evidence", "stored"])
    assert read_config(options).evidence.folder == "stored"
