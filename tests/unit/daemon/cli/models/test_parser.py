"""The flags of place and week."""

import pytest

from soundpost.classify.range import WEEKS
from soundpost.cli.models import parser
from soundpost.cli.options import read_config
from soundpost.cli.parser import build_parser
from soundpost.errors import ConfigError


@pytest.mark.parametrize("command", ["labels", "listen x.wav"])
@pytest.mark.parametrize("week", [1, 18, 48])
def test_a_week_of_the_year_is_a_number_from_1_to_48(command: str, week: int) -> None:
    """Four in each month, as range models count."""
    assert build_parser().parse_args([*command.split(), "--week", str(week)]).week == week
    assert parser.WEEKS == WEEKS


@pytest.mark.parametrize("week", ["0", "49", "-1", "1.5", "x", "", "\u0661", "1" * 5_000])
def test_another_week_is_wrong_usage(week: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The error says what a week is."""
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(["labels", f"--week={week}"])
    assert ended.value.code == 2
    assert "expected a week from 1 to 48, four in each month" in capsys.readouterr().err


def test_the_place_is_a_key_of_the_configuration() -> None:
    """Negative degrees are south and west."""
    flags = ["check", "--latitude", "-33.9", "--longitude", "-70.7"]
    place = read_config(build_parser().parse_args(flags)).node.place
    assert str(place) == "33.9 S 70.7 W"


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [
        ("91", "a number <= 90.0"),
        ("nan", "a number >= -90.0, got nan"),
        ("north", "a number, got 'north'"),
    ],
)
def test_a_place_that_is_not_on_earth_is_refused(degrees: str, expected: str) -> None:
    """The error names the key."""
    flags = ["check", "--latitude", degrees, "--longitude", "0"]
    with pytest.raises(ConfigError, match=rf"node\.latitude: expected {expected}"):
        read_config(build_parser().parse_args(flags))
