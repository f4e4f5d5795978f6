"""The survey that flags describe."""

from pathlib import Path

import pytest

from soundpost.archive.tables.camtrap.survey import Survey
from soundpost.cli.analyze.survey import build_survey
from soundpost.cli.parser import build_parser
from soundpost.errors import ConfigError


def survey(paths: list[Path], *flags: str, formats: str = "camtrap") -> Survey | None:
    """Returns the survey of a command line."""
    line = ["analyze", *map(str, paths), "--out", "results", "--formats", formats, *flags]
    return build_survey(build_parser().parse_args(line))


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Provides a folder."""
    (tmp_path / "card").mkdir()
    return tmp_path / "card"


def test_the_deployment_has_the_name_of_the_folder_or_of_the_flag(card: Path) -> None:
    """One place is that of all recordings."""
    found = survey([card], "--location", "52.516,13.377")
    assert found is not None
    (deployment,) = found.deployments
    assert (found.title, deployment.id, deployment.folder) == ("card", "card", "")
    assert str(deployment.place.latitude) == "52.52"
    found = survey([card], "--location", "52,13", "--deployment", "Pond 2025")
    assert found is not None
    assert (found.title, found.deployments[0].id) == ("Pond 2025", "Pond 2025")


def test_folders_have_places_of_their_own_the_deepest_first(card: Path) -> None:
    """The rounding holds for all of them."""
    found = survey(
        [card],
        *("--location", "52.516,13.377", "--location", "pond=52.6161,13.4141"),
        *("--location", "pond/reed=52.6262,13.4242", "--location-decimals", "3"),
    )
    assert found is not None
    assert [(item.id, str(item.place.latitude)) for item in found.deployments] == [
        ("pond/reed", "52.626"),
        ("pond", "52.616"),
        ("card", "52.516"),
    ]
    assert [item.id for item in map(found.deployment, ("pond/reed/a.wav", "b.wav")) if item] == [
        *("pond/reed", "card"),
    ]


def test_without_a_place_there_is_no_survey(card: Path) -> None:
    """The format refuses that, with the flag that is missing."""
    assert survey([card]) is None
    assert survey([card], formats="csv") is None


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (("--location", "52,13"), "Camtrap DP, which is not among the tables"),
        (("--metadata", "a.json"), "Camtrap DP, which is not among the tables"),
        (("--deployment", "Pond"), "Camtrap DP, which is not among the tables"),
    ],
)
def test_flags_of_the_format_need_the_format(
    card: Path, flags: tuple[str, str], expected: str
) -> None:
    """A place that is published nowhere was meant for something else."""
    with pytest.raises(ConfigError, match=expected):
        survey([card], *flags, formats="csv,raven")


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (("--location", "52,13", "--location", "53,13"), "two places are given"),
        (("--location", "52,13", "--location", "card=53,13"), "two deployments are called 'card'"),
        (("--location", "52,13", "--deployment", "NA"), "reads as no value"),
        (("--location", "nan=52,13"), "reads as no value"),
        (("--location", "52,13", "--metadata", "/nonexistent.json"), "No such file"),
    ],
)
def test_contradictions_are_refused(card: Path, flags: tuple[str, ...], expected: str) -> None:
    """Before hours of analysis."""
    with pytest.raises(ConfigError, match=expected):
        survey([card], *flags)
