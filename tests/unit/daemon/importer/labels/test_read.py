"""Label files as models are published with them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.errors import BundleImportError
from soundpost.importer.labels.read import labels_of, parse_labels, read_labels
from soundpost.importer.labels.slugs import Names


def test_both_names_of_a_species_are_split() -> None:
    """Lines of BirdNET; sounds that are no species have one name twice."""
    lines = [
        "Strix aluco_Tawny Owl",
        "Corvus corone_Carrion Crow_sensu lato",
        "Zoothera dauma_White's Thrush",
        "Dog_Dog",
    ]
    assert parse_labels(lines, "labels.txt") == [
        Names("Tawny Owl", "Strix aluco"),
        Names("Carrion Crow_sensu lato", "Corvus corone"),
        Names("White's Thrush", "Zoothera dauma"),
        Names("Dog", None),
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Speech", "Child speech, kid speaking"], ["Speech", "Child speech, kid speaking"]),
        (["dog_bark", "glass_breaking"], ["dog_bark", "glass_breaking"]),
        (["0 Background Noise", "1 Clap"], ["Background Noise", "Clap"]),
        (["1: Dog", "2: Cat"], ["Dog", "Cat"]),
        (["0 Dog", "7 Cat"], ["0 Dog", "7 Cat"]),
        (["78 rpm record"], ["78 rpm record"]),
        ([" Dog  "], ["Dog"]),
    ],
)
def test_a_line_is_a_name(lines: list[str], expected: list[str]) -> None:
    """With its commas and underscores; numbers that only count the lines are left out."""
    assert [label.common for label in parse_labels(lines, "labels.txt")] == expected


def test_a_table_is_known_by_its_name_or_its_header(tmp_path: Path) -> None:
    """A text file with a header of columns is one too."""
    lines = ["index,mid,display_name", "0,/m/1,Dog"]
    assert parse_labels(lines, "map.csv") == [Names("Dog", None)]
    assert parse_labels(lines, "map.txt") == [Names("Dog", None)]
    file = tmp_path / "label.csv"
    file.write_bytes("\ufeffebird2021\r\nabethr1\r\n\r\n".encode())
    assert read_labels(file) == [Names("abethr1", None)]


def test_a_blank_line_in_the_middle_is_refused() -> None:
    """It may stand for a label, or for none."""
    with pytest.raises(BundleImportError, match="got an empty line 2 of 3"):
        labels_of(b"Dog\n\nCat\n\n", "labels.txt")


def test_a_line_that_is_too_long_is_refused() -> None:
    """A manifest has names of at most 200 characters."""
    with pytest.raises(BundleImportError, match="at most 200 characters, got 201 in label 2"):
        parse_labels(["Dog", "x" * 201], "labels.txt")


@given(st.binary(max_size=200), st.sampled_from(["labels.txt", "labels.csv"]))
def test_any_bytes_are_labels_or_refused(content: bytes, name: str) -> None:
    """No label file is a traceback."""
    try:
        labels = labels_of(content, name)
    except BundleImportError:
        return
    assert labels


@given(
    st.lists(
        st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20).filter(
            lambda name: name.strip() and not name[0].isdecimal()
        ),
        min_size=2,
        max_size=20,
    ).filter(lambda names: not any("_" in name for name in names)),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_list_of_names_is_read_as_it_was_written(names: list[str], end: str) -> None:
    """Whatever the line end, and with a byte order mark."""
    names = ["First", *names]
    content = ("\ufeff" + end.join(names) + end).encode()
    assert [label.common for label in labels_of(content, "labels.txt")] == names
