"""The lines of label files, in every encoding and with every line end."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.errors import BundleImportError
from soundpost.importer.labels.text import read_label_file, text_lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("rest", ["", "{end}", "{end}{end} {end}"])
def test_line_ends_marks_and_blank_lines_at_the_end_are_left_out(
    end: str, encoding: str, rest: str
) -> None:
    """LF, CRLF and CR; with and without a byte order mark."""
    content = f"Dog{end}Kauz äöü{rest.format(end=end)}".encode(encoding)
    assert text_lines(content, "labels.txt") == ["Dog", "Kauz äöü"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "got an empty file"),
        (b"\n \n", "got an empty file"),
        ("K\u00e4uzchen".encode("cp1252"), "expected UTF-8 text, got byte 0xe4 at 1"),
        (b"TFL3\x00\x00", "control character"),
        (b"Dog\nCat\x1b[31m\n", "in line 2"),
    ],
)
def test_a_file_that_is_not_text_is_refused(content: bytes, message: str) -> None:
    """The error names the line or the byte."""
    with pytest.raises(BundleImportError, match=message):
        text_lines(content, "labels.txt")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """No file of labels is a traceback."""
    try:
        lines = text_lines(content, "labels.txt")
    except BundleImportError:
        return
    assert lines
    assert lines[-1].strip()


def test_a_file_that_is_absent_or_huge_is_refused(tmp_path: Path) -> None:
    """A model that is given in place of its labels is not read into memory."""
    with pytest.raises(BundleImportError, match="No such file"):
        read_label_file(tmp_path / "labels.txt")
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(5_000_000)
    with pytest.raises(BundleImportError, match="larger than 4 MB"):
        read_label_file(huge)
