"""The options of the verbs that work on field folders."""

import argparse
from pathlib import Path

import pytest

from soundpost_training.cli.field.options import VERBS, add_options
from soundpost_training.sources.debian.fetch import DEFAULT_CACHE


def parsed(verb: str, *arguments: str) -> argparse.Namespace:
    """Returns the options of a command line of one verb."""
    parser = argparse.ArgumentParser(prog=verb)
    add_options(parser, verb)
    return parser.parse_args(arguments)


def test_a_field_folder_is_composed_of_all_material_by_default(tmp_path: Path) -> None:
    """With the packages of the usual cache, and the slices that ESC-50 shares."""
    options = parsed("field", "compose", "--out", str(tmp_path))
    assert options.step == "compose"
    assert options.out == tmp_path
    assert options.debian == DEFAULT_CACHE
    assert options.half is None
    assert options.no_shared is False


@pytest.mark.parametrize("half", ["calibration", "evaluation"])
def test_half_of_the_material_can_be_chosen(half: str, tmp_path: Path) -> None:
    """Thresholds that are chosen on one half are evaluated on the other."""
    options = parsed("field", "compose", "--out", str(tmp_path), "--half", half, "--no-shared")
    assert options.half == half
    assert options.no_shared is True


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "required: compose"),
        (["compose"], "required: --out"),
        (["compose", "--out", "field", "--half", "third"], "invalid choice: 'third'"),
    ],
)
def test_a_wrong_command_line_names_the_option(
    arguments: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the exit status of argparse."""
    with pytest.raises(SystemExit) as ended:
        parsed("field", *arguments)
    assert ended.value.code == 2
    assert error in capsys.readouterr().err


def test_budgets_of_labels_and_groups_are_collected() -> None:
    """In their order: later ones are for some of the labels."""
    options = parsed("calibrate", "--budget", "0.1", "--budget", "security=0.02")
    assert options.budget == ["0.1", "security=0.02"]
    assert options.recall == 0.5
    assert options.lowest_on == 0.1
    assert options.bundle is None
    assert options.negatives is None
    assert options.annotated is None
    assert options.out is None


@pytest.mark.parametrize("verb", ["train", "export"])
def test_other_verbs_have_no_options_of_field_folders(verb: str) -> None:
    """They have an experiment."""
    assert vars(parsed(verb)) == {}
    assert verb not in VERBS
