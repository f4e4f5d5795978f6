"""Reading of label maps."""

import csv
from pathlib import Path

import pytest

from soundpost_training.audioset.label_map_file import COLUMNS, MAP_FILE, read_label_map
from soundpost_training.errors import DatasetError

HEADER = ",".join(COLUMNS)
SIREN = "siren,security,Siren,siren,siren,yes,Its own class."

UNMAPPED = {
    "breathing",
    "brushing_teeth",
    "can_opening",
    "door_wood_creaks",
    "drinking_sipping",
    "washing_machine",
}
"""Categories of ESC-50 for which the map has no label: they are negatives only."""


def test_the_map_of_the_package_has_the_groups_that_installers_ask_for() -> None:
    """Each of the nine groups has labels, and speech and music are not published by default."""
    label_map = read_label_map()
    assert 65 <= len(label_map.names) <= 70
    assert set(label_map.groups) == {
        "security",
        "people",
        "animals",
        "vehicles",
        "tools",
        "nature",
        "home",
        "media",
    }
    assert {"speech", "music", "wind", "rain"} <= set(label_map.excluded)
    assert not set(label_map.excluded) & set(label_map.groups["security"])


def test_the_map_covers_both_data_sets(shared_data: Path) -> None:
    """Each category is of one label or known to be unmapped, and no name is misspelt."""
    label_map = read_label_map()
    with (shared_data / "esc50/esc50.csv").open() as table:
        categories = {row["category"] for row in csv.DictReader(table)}
    assert set(label_map.esc50) | UNMAPPED == categories
    assert not set(label_map.esc50) & UNMAPPED
    with (shared_data / "urbansound8k/metadata/UrbanSound8K.csv").open() as table:
        classes = {row["class"] for row in csv.DictReader(table)}
    assert set(label_map.urbansound8k) == classes


def test_a_map_keeps_its_order_and_its_cells(tmp_path: Path) -> None:
    """Names with commas are quoted, names of a cell are separated by semicolons."""
    path = tmp_path / "map.csv"
    path.write_text(
        f'{HEADER}\n{SIREN}\n\ncat,animals,"Cat; Bee, wasp, etc.",cat;insects,,no, Why. \n'
    )
    label_map = read_label_map(path)
    assert label_map.names == ("siren", "cat")
    cat = label_map.labels[1]
    assert cat.line == 4
    assert cat.audioset == ("Cat", "Bee, wasp, etc.")
    assert cat.esc50 == ("cat", "insects")
    assert cat.urbansound8k == ()
    assert cat.reason == "Why."
    assert label_map.excluded == ("cat",)
    assert label_map.esc50 == {"siren": "siren", "cat": "cat", "insects": "cat"}
    assert label_map.groups == {"security": ("siren",), "animals": ("cat",)}


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("", 1, "got an empty file", "first line"),
        ("label,group\n", 1, "got label,group", "first line"),
        (f"{HEADER}\n", 2, "expected a label", "add a line"),
        (f"{HEADER}\n{SIREN},more\n", 2, "expected 7 cells, got 8", "comma"),
        (f"{HEADER}\n{SIREN}\n{SIREN}\n", 3, "each label once, got siren, as in line 2", "remove"),
        (f"{HEADER}\n{SIREN.replace('siren,s', 'Big Siren,s', 1)}\n", 2, "'Big Siren'", "rename"),
        (f"{HEADER}\n{SIREN.replace('security', 'securty')}\n", 2, "'securty'", "security?"),
        (f"{HEADER}\n{SIREN.replace('yes', 'maybe')}\n", 2, "'maybe'", "yes or no"),
        (f"{HEADER}\n{SIREN.replace('Its own class.', ' ')}\n", 2, "a reason", "reason"),
        (f"{HEADER}\n{SIREN.replace('Siren', '')}\n", 2, "classes of AudioSet", "name one"),
        (f"{HEADER}\n{SIREN.replace('Siren', 'Siren;')}\n", 2, "'Siren;'", "remove"),
        (f"{HEADER}\n{SIREN.replace('Siren', 'Siren; Siren')}\n", 2, "class of siren", "remove"),
        (
            f"{HEADER}\n{SIREN}\n{SIREN.replace('siren,s', 'horn,s', 1)}\n",
            3,
            "each category of ESC-50 once, got siren, as in line 2",
            "remove",
        ),
        (f'{HEADER}\n{SIREN}\n"siren,security\n', 3, "a line of CSV", "quotes"),
    ],
)
def test_a_wrong_line_is_named(
    text: str, line: int, message: str, hint: str, tmp_path: Path
) -> None:
    """The error has the file, the line, what was found, and a hint."""
    path = tmp_path / "map.csv"
    path.write_text(text)
    with pytest.raises(DatasetError) as caught:
        read_label_map(path)
    assert str(caught.value).startswith(f"{path} line {line}: ")
    assert message in str(caught.value)
    assert hint in caught.value.hint


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
def test_an_unreadable_map_is_one_error(content: bytes | None, tmp_path: Path) -> None:
    """A file that is absent, or is not UTF-8, is named."""
    path = tmp_path / "map.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match="cannot be read"):
        read_label_map(path)


def test_the_map_of_the_package_is_named_in_errors() -> None:
    """Its source is the name of the file, which has no path inside a zipped package."""
    assert read_label_map().source == MAP_FILE
