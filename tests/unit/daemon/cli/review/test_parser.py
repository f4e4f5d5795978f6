"""The flags of `soundpost review`."""

import pytest

from soundpost import cli
from soundpost.cli.parser import build_parser
from soundpost.cli.review import parser as flags
from soundpost.review import Verdict
from soundpost.review.queue import ORDERS


def test_the_choices_are_those_of_the_package() -> None:
    """They are written twice, because importing the package would slow `--help` down."""
    assert flags.ORDERS == ORDERS
    assert list(flags.VERDICTS) == ["none", *map(str, Verdict), "any"]


def test_the_defaults_are_the_most_uncertain_events_without_a_verdict() -> None:
    """Of every label and score."""
    options = build_parser().parse_args(["review"])
    assert (options.order, options.verdict, options.labels) == ("uncertain", None, [])
    assert (options.min_score, options.paths, options.reviewer) == (0.0, [], "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--min-score", "2"],
        ["--min-score", "nan"],
        ["--suggest", "0"],
        ["--suggest", "1e9"],
        ["--suggest", "99999999999999999999"],
        ["--order", "newest"],
        ["--verdict", "maybe"],
        ["--seed", "x"],
        ["--list", "--summary"],
        ["--undo", "--export", "x"],
        ["--label", "\udcff"],  # a byte that is not UTF-8
        ["--reviewer", "\udcff"],
        ["--set-all", "\udcff"],
    ],
)
def test_a_wrong_flag_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With exit status 2, and what was expected."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["review", *arguments])
    assert ended.value.code == 2
    assert arguments[0] in capsys.readouterr().err
