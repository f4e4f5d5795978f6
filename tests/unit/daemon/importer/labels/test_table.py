"""Labels in tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.errors import BundleImportError
from soundpost.importer.labels.slugs import Names
from soundpost.importer.labels.table import read_table


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["index,mid,display_name", "0,/m/09x0r,Speech", '1,/m/0ytgt,"Child speech, kid"'],
            [Names("Speech", None), Names("Child speech, kid", None)],
        ),
        (
            ["index,display_name", "1,Second", "0,First"],
            [Names("First", None), Names("Second", None)],
        ),
        (["idx;Name", "1;Eule", "2;Kauz"], [Names("Eule", None), Names("Kauz", None)]),
        (
            ["Scientific Name;Common Name", "Strix aluco;Waldkauz", "Pica pica;"],
            [Names("Waldkauz", "Strix aluco"), Names(None, "Pica pica")],
        ),
        (
            ["SCI_NAME\tPRIMARY_COM_NAME", "Strix aluco\tTawny Owl"],
            [Names("Tawny Owl", "Strix aluco")],
        ),
        (["ebird2021", "abethr1", "abhori1"], [Names("abethr1", None), Names("abhori1", None)]),
        (["Dog", "Cat"], [Names("Dog", None), Names("Cat", None)]),
        (["label", "Dog"], [Names("Dog", None)]),
    ],
)
def test_tables_are_read_by_their_headers(lines: list[str], expected: list[Names]) -> None:
    """AudioSet's class map, eBird's columns, semicolons, tabs, a list of one column."""
    assert read_table(lines, "labels.csv") == expected


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["a,b", "1,2"], "expected a header with a column such as common_name"),
        (["index,name", "0,Dog", "0,Cat"], "expected an index of its own in each row, got '0'"),
        (["index,name", "0,Dog", "2,Cat"], "expected indices from 0 to 1, got 0 to 2"),
        (["index,name", "x,Dog"], "got 'x'"),
        (["index,name", "-1,Dog"], "got '-1'"),
        (["index,name", "0,"], "a name in line 2"),
        (["index,name", "0"], "expected 2 columns and a name in line 2"),
        (["name,mid", '"Dog', 'Cat"'], "expected a row in each of 3 lines, got 2 rows"),
        (["name,mid", '"Dog'], "got unexpected end of data"),
    ],
)
def test_a_table_that_is_broken_is_refused(lines: list[str], message: str) -> None:
    """A row that is missing would shift all labels after it."""
    with pytest.raises(BundleImportError, match=message):
        read_table(lines, "labels.csv")


@given(st.lists(st.text('a,;"\t1é\u2028 ', max_size=12), min_size=1, max_size=6))
def test_any_lines_are_a_table_or_refused(lines: list[str]) -> None:
    """No table is a traceback, and none loses a line."""
    try:
        labels = read_table(lines, "labels.csv")
    except BundleImportError:
        return
    assert len(labels) in {len(lines), len(lines) - 1}
    assert all(label.common or label.scientific for label in labels)
