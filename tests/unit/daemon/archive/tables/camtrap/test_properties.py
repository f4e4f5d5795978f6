"""The properties that a person states."""

import json
import re
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


def test_the_example_of_the_documentation_is_valid(tmp_path: Path) -> None:
    """As it stands there."""
    text = (Path(__file__).resolve().parents[6] / "docs/ARCHIVES.md").read_text("utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    (tmp_path / "owls.json").write_text(example)
    assert read_properties(tmp_path / "owls.json").title == "Owls of the Spree, spring 2025"
