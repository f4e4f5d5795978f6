"""The flags of `soundpost teach`."""

from pathlib import Path

import pytest

from soundpost.cli.parser import build_parser


def test_clips_and_other_sounds_are_separated_by_the_flag() -> None:
    """Each list takes several paths, and the flags may be repeated."""
    options = build_parser().parse_args(
        ["teach", "gate_bell", "a.wav", "b", "--not", "c.wav", "d", "--not", "e", "--budget", "2"]
    )
    assert options.label == "gate_bell"
    assert options.clips == [Path("a.wav"), Path("b")]
    assert options.others == [Path("c.wav"), Path("d"), Path("e")]
    assert options.background == []
    assert options.budget == 2.0


@pytest.mark.parametrize(
    "flags",
    [
        ["--budget", "0"],
        ["--budget", "nan"],
        ["--budget", "4000"],
        ["--suggest", "x"],
        ["--suggest", "0"],
        ["--undo", "--again"],
        ["--list", "--remove"],
        ["--not"],
    ],
)
def test_wrong_usage_has_exit_status_2(flags: list[str]) -> None:
    """As every command."""
    with pytest.raises(SystemExit) as error:
        build_parser().parse_args(["teach", "gate_bell", *flags])
    assert error.value.code == 2


def test_clips_may_follow_the_flag_again() -> None:
    """Without any, the earlier clips and the verdicts are used."""
    parse = build_parser().parse_args
    assert parse(["teach", "gate_bell", "--again", "new.wav"]).again == ["new.wav"]
    assert parse(["teach", "gate_bell", "--again"]).again == []
    assert parse(["teach", "gate_bell", "a.wav"]).again is None


def test_without_a_label_all_are_listed() -> None:
    """The only action that needs none."""
    options = build_parser().parse_args(["teach", "--list", "--json"])
    assert (options.label, options.is_list, options.json) == (None, True, True)
