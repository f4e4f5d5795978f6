"""Groups of labels that are given at import."""

from pathlib import Path

import pytest

from soundpost.errors import BundleImportError
from soundpost.importer.labels.groups import SHIPPED, LabelGroup, find_groups, read_groups
from soundpost.importer.labels.slugs import Names

SLUGS = ["tawny_owl", "fire_alarm"]
NAMES = [Names("Tawny Owl", "Strix aluco"), Names("Fire alarm", None)]


def read(folder: Path, text: str) -> dict[str, LabelGroup]:
    """Returns the groups of a file."""
    path = folder / "groups.csv"
    path.write_text(text)
    return read_groups(path, SLUGS, NAMES)


@pytest.mark.parametrize("label", ["tawny_owl", "Tawny Owl", "strix aluco", " Strix aluco "])
@pytest.mark.parametrize("form", ["label,group\n{},Owls\n", "{};Owls\n", "{},owls\r\n\r\n"])
def test_a_label_is_named_by_any_of_its_names(tmp_path: Path, label: str, form: str) -> None:
    """With and without a header, with commas and semicolons."""
    assert read(tmp_path, form.format(label)) == {"tawny_owl": LabelGroup("owls", is_speech=False)}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("Tawny Owel,owls", "expected a label of the model in line 1", "did you mean tawny owl"),
        ("tawny_owl", "expected a label and a group in line 1", "label,group"),
        ("tawny_owl,!", "expected a label and a group in line 1", "label,group"),
        ("tawny_owl,a\ntawny_owl,b", "expected one group for tawny_owl, got a and b", "one group"),
        ("tawny_owl,Fire alarm", "a name of its own, got fire_alarm", "another name"),
        ("tawny_owl,any", "a name of its own, got any", "another name"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    """A group that is silently left out would be missed at night."""
    with pytest.raises(BundleImportError, match=message) as refused:
        read(tmp_path, text)
    assert hint in refused.value.hint


def test_a_third_column_marks_speech(tmp_path: Path) -> None:
    """`evidence.privacy` silences what is said."""
    groups = read(tmp_path, "label,group,speech\ntawny_owl,a,\nfire_alarm,a,yes\n")
    assert [group.is_speech for group in groups.values()] == [False, True]


def test_a_table_that_comes_with_soundpost_is_found_by_its_name() -> None:
    """A path with a slash, or a name of none of them, is a file."""
    for table in SHIPPED.glob("*.csv"):
        assert find_groups(table.stem) == table
        assert find_groups(f"./{table.stem}") == Path(table.stem)
    assert find_groups("garden.csv") == Path("garden.csv")


def test_an_absent_table_is_an_error_that_names_those_that_come_with_soundpost() -> None:
    """A mistyped name is taken for a file."""
    with pytest.raises(BundleImportError, match="yamnett cannot be read") as refused:
        read_groups(find_groups("yamnett"), SLUGS, NAMES)
    assert refused.value.hint == "give a CSV file with label,group in each line, or yamnet"
