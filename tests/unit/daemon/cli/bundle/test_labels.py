"""The labels of a bundle by all their names."""

import io
import json
from pathlib import Path

import pytest
from named_bundle import write_named_bundle

from soundpost.cli.bundle.labels import labels


def listed(folder: Path, find: str | None = None, *, is_json: bool = False) -> tuple[int, str]:
    """Returns the exit status and the output."""
    out = io.StringIO()
    status = labels(str(folder), find, out, is_json=is_json)
    return status, out.getvalue()


def test_each_label_has_a_row_with_its_names_threshold_and_noise(tmp_path: Path) -> None:
    """A label that is off has its reason."""
    status, text = listed(write_named_bundle(tmp_path / "owls"))
    assert status == 0
    assert text == (
        "label      common name  scientific name  group  starts at  in noise\n"
        "tawny_owl  Tawny Owl    Strix aluco      owls        0.50         -\n"
        "pica_pica  Сорока       Pica pica                    0.75      0.64\n"
        "hum                                                  1.00      0.97  off: missed budget\n"
    )


@pytest.mark.parametrize("text", ["owl", "OWL", "strix", "tawny_"])
def test_a_label_is_found_by_any_of_its_names(tmp_path: Path, text: str) -> None:
    """In any case; JSON has the same."""
    folder = write_named_bundle(tmp_path / "owls")
    _, found = listed(folder, text, is_json=True)
    assert [row["label"] for row in json.loads(found)] == ["tawny_owl"]


def test_a_text_that_no_label_has_finds_nothing(tmp_path: Path) -> None:
    """The exit status is 1, as that of grep."""
    folder = write_named_bundle(tmp_path / "owls")
    assert listed(folder, "eagle") == (1, "none of 3 labels has 'eagle' in a name\n")
    assert listed(folder, "eagle", is_json=True) == (1, "[]\n")


def test_columns_that_are_empty_are_left_out() -> None:
    """Bundles of our own have slugs only."""
    _, text = listed(Path(__file__).resolve().parents[4] / "golden" / "tiny-int8")
    assert text.startswith("label  starts at  in noise\nhiss        0.50         -\n")
