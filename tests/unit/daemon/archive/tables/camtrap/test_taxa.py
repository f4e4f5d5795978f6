"""The species of a package."""

import msgspec
import pytest
from archive_rows import row
from range_bundle import range_manifest

from soundpost.archive.tables.camtrap.taxa import Taxa


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("de", {"deu": "Tawny Owl"}),
        ("pt-BR", {"por": "Tawny Owl"}),
        ("nds", {"nds": "Tawny Owl"}),
        ("xx", None),
        (None, None),
    ],
)
def test_species_have_common_names_by_codes_of_three_letters(
    language: str | None, names: dict[str, str] | None
) -> None:
    """A language without one has no names; each species is listed once."""
    manifest = msgspec.structs.replace(range_manifest(b""), language=language)
    taxa = Taxa()
    for event in (row(), row(), row(scientific_name=None), row(scientific_name="Apus apus")):
        taxa.add(event, manifest)
    first, owl = taxa.descriptions()
    assert (first["scientificName"], owl["scientificName"]) == ("Apus apus", "Strix aluco")
    assert owl.get("vernacularNames") == names
