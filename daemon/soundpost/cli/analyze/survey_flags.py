"""The flags of `soundpost analyze` that publish the place of recordings, for Camtrap DP."""

import argparse
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from soundpost.command_parser import CommandParser

MOST_DECIMALS = 6
"""A tenth of a metre: more than any receiver knows."""
DEFAULT_DECIMALS = 2
"""About a kilometre, as catalogues of observations do it for species that are persecuted."""
_MOST_DEGREES = (90, 180)


class Location(NamedTuple):
    """A place as the user writes it.

    Attributes:
        folder: The folder below the analyzed one whose recordings were made there; None for all.
        latitude: In degrees, north positive.
        longitude: In degrees, east positive.
    """

    folder: str | None
    latitude: Decimal
    longitude: Decimal


def add_survey(parser: CommandParser) -> None:
    """Adds the flags."""
    parser.add_argument(
        "--location",
        type=location,
        action="append",
        dest="locations",
        metavar="[FOLDER=]LAT,LON",
        help="for the format camtrap: the place of the recorder, which is published; of one folder "
        "below PATH, and repeated, for several recorders. South and west are negative: "
        "--location=-33.86,151.21",
    )
    parser.add_argument(
        "--location-decimals",
        type=_decimals,
        default=DEFAULT_DECIMALS,
        metavar="N",
        help="decimals of a degree to which places are rounded: 2 for a kilometre, 0 for a hundred "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--deployment",
        metavar="NAME",
        help="for the format camtrap: the name of the recorder's stay (default: of the folder)",
    )
    parser.add_argument(
        "--metadata",
        type=Path,
        metavar="FILE",
        help="for the format camtrap: JSON with properties of datapackage.json, as contributors, "
        "licenses and project",
    )


def location(text: str) -> Location:
    """Parses `LAT,LON` or `FOLDER=LAT,LON`.

    Raises:
        ArgumentTypeError: It is not two numbers of degrees, or the folder is empty.
    """
    folder, equals, numbers = text.rpartition("=")
    try:
        latitude, longitude = (_degrees(number) for number in numbers.split(","))
    except (InvalidOperation, ValueError):
        latitude = longitude = Decimal("NaN")
    folder = folder.strip("/").removeprefix("./")
    is_inside = all(
        abs(number) <= most
        for number, most in zip((latitude, longitude), _MOST_DEGREES, strict=True)
        if number.is_finite()
    )
    if not (latitude.is_finite() and longitude.is_finite() and is_inside) or (
        equals and not folder
    ):
        raise argparse.ArgumentTypeError(
            "expected latitude and longitude in degrees, as 52.52,13.41 or north/pond=52.52,13.41, "
            f"got {text!r}"
        )
    return Location(folder if equals else None, latitude, longitude)


def _degrees(text: str) -> Decimal:
    """Parses a number without an exponent, so that its decimals are those that were written."""
    if not text.strip().isascii() or "e" in text.lower():
        raise ValueError(text)
    return Decimal(text.strip())


def _decimals(text: str) -> int:
    """Parses a number of decimals.

    Raises:
        ArgumentTypeError: It is not a whole number from 0 to 6.
    """
    if text in {str(number) for number in range(MOST_DECIMALS + 1)}:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"expected a number of decimals from 0 to {MOST_DECIMALS}, got {text!r}"
    )
