"""The flags of `soundpost analyze`."""

import argparse
import os

import pytest

from soundpost.archive.tables import FORMATS
from soundpost.cli.analyze import parser
from soundpost.cli.parser import build_parser


def parse(*flags: str) -> argparse.Namespace:
    """Parses a command line."""
    return build_parser().parse_args(["analyze", "card", "--out", "results", *flags])


def test_defaults_need_no_flag() -> None:
    """A worker for each processor that this process may use, and a table for spreadsheets."""
    options = parse()
    assert options.workers == len(os.sched_getaffinity(0))
    assert (options.formats, options.zone, options.is_forced) == (("csv",), None, False)
    assert (options.clips, options.has_report) == (0, False)


def test_formats_are_those_of_the_tables() -> None:
    """The list is kept here, so that --help is fast."""
    assert tuple(FORMATS) == parser.FORMATS
    assert parse("--formats", "raven, audacity").formats == ("raven", "audacity")
    assert parse("--formats", "none").formats == ()


def test_a_zone_is_one_of_the_tz_database() -> None:
    """As Europe/Berlin."""
    assert parse("--timezone", "Europe/Berlin").zone.key == "Europe/Berlin"


@pytest.mark.parametrize(
    ("flag", "value", "expected"),
    [
        ("--formats", "csv,exel", "separated by commas, or none, got 'exel'"),
        ("--timezone", "Berlin", "as Europe/Berlin or UTC, got 'Berlin'"),
        ("--timezone", "../../etc/passwd", "expected a zone of the tz database"),
        ("--timezone", "", "expected a zone of the tz database"),
        ("--clips", "-1", "from 0 to 1000, got '-1'"),
        ("--clips", "9" * 5000, "from 0 to 1000"),
        ("--workers", "0", "from 1 to 1024, got '0'"),
        ("--workers", "two", "from 1 to 1024, got 'two'"),
        ("--workers", "9" * 5000, "from 1 to 1024"),
        ("--threshold", "2", "expected a score from 0 to 1"),
    ],
)
def test_a_wrong_value_is_wrong_usage(
    flag: str, value: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and what was expected."""
    with pytest.raises(SystemExit) as ended:
        parse(flag, value)
    assert ended.value.code == 2
    assert expected in capsys.readouterr().err
