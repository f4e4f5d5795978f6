"""Rows of a table are read by the names of its columns, with the number of each line."""

from pathlib import Path

import pytest

from soundpost_training.dataset.readers.csv_rows import read_numbered_rows, read_rows
from soundpost_training.errors import DatasetError


def test_a_row_has_the_number_of_its_line_in_the_file(tmp_path: Path) -> None:
    """Blank lines, the separator's line and line breaks in quotes count."""
    table = tmp_path / "t.csv"
    table.write_text('sep=,\nfile,label\n\na,"do\ng"\n\nb,cat\n')
    numbered = read_numbered_rows(table, {"file", "label"}, "write a table")
    assert [(number, row["file"]) for number, row in numbered] == [(5, "a"), (7, "b")]
    assert read_rows(table, {"file", "label"}, "write a table") == [row for _, row in numbered]


def test_another_spelling_of_a_column_is_known_unless_two_mean_the_same(tmp_path: Path) -> None:
    """The exact name wins over others."""
    table = tmp_path / "t.csv"
    spellings = {"file": ("path", "name")}
    table.write_text("Path,label\na,dog\n")
    assert read_rows(table, {"file", "label"}, "h", spellings)[0]["file"] == "a"
    table.write_text("path,file,label\na,b,dog\n")
    assert read_rows(table, {"file", "label"}, "h", spellings)[0]["file"] == "b"
    table.write_text("path,name,label\na,b,dog\n")
    with pytest.raises(DatasetError, match="expected one column file, got 'path' and 'name'"):
        read_rows(table, {"file", "label"}, "h", spellings)


def test_a_row_of_too_many_values_is_named_by_its_line(tmp_path: Path) -> None:
    """A table of annotations has hundreds of lines."""
    table = tmp_path / "t.csv"
    table.write_text("file,onset\na,1\nb,1,5\n")
    with pytest.raises(DatasetError, match=r"t\.csv, line 3: expected 2 values, got 3"):
        read_rows(table, {"file", "onset"}, "h")
