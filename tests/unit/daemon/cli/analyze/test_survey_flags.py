"""The flags that publish a place."""

import argparse
from decimal import Decimal

import pytest

from soundpost.cli.analyze.survey_flags import Location, location
from soundpost.cli.parser import build_parser


def parse(*flags: str) -> argparse.Namespace:
    """Parses a command line."""
    return build_parser().parse_args(["analyze", "card", "--out", "results", *flags])


def test_nothing_is_published_by_default() -> None:
    """And if something is, to a kilometre."""
    options = parse()
    assert (options.locations, options.metadata, options.deployment) == (None, None, None)
    assert options.location_decimals == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("52.516,13.37", Location(None, Decimal("52.516"), Decimal("13.37"))),
        ("-33.86, 151.20", Location(None, Decimal("-33.86"), Decimal("151.20"))),
        ("pond/reed/=52,13", Location("pond/reed", Decimal(52), Decimal(13))),
        ("a=b=0,-180", Location("a=b", Decimal(0), Decimal(-180))),
    ],
)
def test_a_place_keeps_the_decimals_that_were_written(text: str, expected: Location) -> None:
    """They say how exact it is."""
    assert location(text) == expected
    assert str(location(text).longitude) == str(expected.longitude)


def test_several_places_are_several_flags() -> None:
    """One for each folder; a negative latitude needs the equals sign."""
    options = parse("--location=-33.86,151.21", "--location", "pond=52,13")
    assert [item.folder for item in options.locations] == [None, "pond"]


@pytest.mark.parametrize(
    ("flag", "value", "expected"),
    [
        ("--location", "52.5", "expected latitude and longitude"),
        ("--location", "91,0", "expected latitude and longitude"),
        ("--location", "0,181", "expected latitude and longitude"),
        ("--location", "nan,0", "expected latitude and longitude"),
        ("--location", "1e1,0", "expected latitude and longitude"),
        ("--location", "٥٢,13", "expected latitude and longitude"),
        ("--location", "=52,13", "expected latitude and longitude"),
        ("--location", "52.5N,13.4E", "expected latitude and longitude"),
        ("--location-decimals", "7", "from 0 to 6"),
        ("--location-decimals", "two", "from 0 to 6"),
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
