"""The properties that a person states."""

import json
from pathlib import Path

import pytest

from soundpost.archive.tables.camtrap.properties import read_properties
from soundpost.errors import ConfigError


def write(path: Path, properties: object) -> Path:
    """Writes a file of properties."""
    path.write_text(json.dumps(properties))
    return path


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"licences": []}, "licences"),
        ({"spatial": {}}, "spatial"),
        ({"resources": []}, "resources"),
        ({"licenses": [{"name": "CC0-1.0", "scope": "data"}]}, "one of the scope `media`"),
        ({"licenses": [{"scope": "data"}, {"scope": "media"}]}, "a `name` or a `path`"),
        ({"contributors": []}, "contributors"),
        ({"contributors": [{"title": "A. Person", "role": "author"}]}, "role"),
        ({"project": {"samplingDesign": "random"}}, "samplingDesign"),
        ({"project": {"observationLevel": ["media"]}}, "observationLevel"),
        ({"name": "Owls of the Spree"}, "name"),
        ([], "object"),
    ],
)
def test_what_the_standard_does_not_have_is_refused(
    tmp_path: Path, properties: object, expected: str
) -> None:
    """And what follows from the recordings; the error names it, and the hint the others."""
    with pytest.raises(ConfigError, match=expected) as error:
        read_properties(write(tmp_path / "a.json", properties))
    assert "bibliographicCitation" in error.value.hint


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Before hours of analysis."""
    with pytest.raises(ConfigError, match="No such file"):
        read_properties(tmp_path / "a.json")
    (tmp_path / "a.json").write_bytes(b"\xff{")
    with pytest.raises(ConfigError, match=r"a\.json"):
        read_properties(tmp_path / "a.json")
