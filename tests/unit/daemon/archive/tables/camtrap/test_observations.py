"""Kinds of observations, and their times."""

from decimal import Decimal

import msgspec
import pytest
from archive_rows import ONSET_NS, row
from range_bundle import range_manifest

from soundpost.archive.tables.camtrap.observations import observation_cells, observation_type
from soundpost.archive.tables.camtrap.place import round_place
from soundpost.archive.tables.camtrap.survey import Deployment

LABEL = range_manifest(b"").labels[0]
CARD = Deployment("card", "", round_place(Decimal("52.52"), Decimal("13.41"), 2))


@pytest.mark.parametrize(
    ("group", "has_speech", "species", "expected"),
    [
        ("animals", False, None, "animal"),
        ("people", False, None, "human"),
        ("vehicles", False, None, "vehicle"),
        ("security", False, None, "unknown"),
        ("home", True, None, "human"),
        (None, False, None, "unknown"),
        (None, False, "Strix aluco", "animal"),
        ("birds", False, "Strix aluco", "animal"),
        (None, False, "Homo sapiens", "human"),
    ],
)
def test_the_kind_follows_from_group_speech_and_species(
    group: str | None,
    has_speech: bool,  # noqa: FBT001 - a parameter of the table above
    species: str | None,
    expected: str,
) -> None:
    """A sound of no living thing is unknown."""
    label = msgspec.structs.replace(LABEL, group=group, speech=has_speech)
    assert observation_type(row(scientific_name=species), label) == expected


def test_without_a_manifest_a_species_is_an_animal() -> None:
    """And all else is unknown."""
    assert observation_type(row(), None) == "animal"
    assert observation_type(row(scientific_name=None), None) == "unknown"


def test_an_event_lies_between_whole_seconds() -> None:
    """The standard has no fractions; the tags have the exact place, without their separator."""
    event = row(common_name="Owl | tawny")
    cells = observation_cells(event, ONSET_NS, CARD, kind="animal", media_id="5e" * 32)
    assert (cells["eventStart"], cells["eventEnd"]) == (
        "2025-10-26T02:30:00Z",
        "2025-10-26T02:30:03Z",
    )
    assert cells["observationTags"] == (
        f"label:Strix aluco_Tawny Owl|commonName:Owl / tawny|mediaID:{'5e' * 32}"
        "|beginSeconds:1.500000|endSeconds:4.250000"
    )
    assert "mediaID" not in cells
