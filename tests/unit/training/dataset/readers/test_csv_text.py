"""Tables as spreadsheets, recorders and other people's scripts write them."""

import os
from pathlib import Path

import pytest
from noise_recordings import record

from soundpost_training.dataset import open_dataset
from soundpost_training.dataset.readers.csv_text import read_cells
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig

FILES = ("fuchs für.wav", "b, c.wav", "sub/d.wav", "e.wav")
ROWS = tuple(zip(FILES, ("fox", "fox", "owl", "owl"), (1, 2, 1, 2), strict=True))


def labels_of(folder: Path, content: bytes) -> dict[str, tuple[str, int]]:
    """Returns label and fold of each file of a table with this content."""
    for name in FILES:
        record(folder / name)
    (folder / "labels.csv").write_bytes(content)
    dataset = open_dataset(DataConfig(kind="csv", folder=str(folder)))
    assert all(clip.path.is_file() for clip in dataset.clips)
    return {
        clip.path.relative_to(folder).as_posix(): (clip.label, clip.fold) for clip in dataset.clips
    }


def text(separator: str, header: str = "path,label,fold", newline: str = "\n") -> str:
    """Returns the table with a separator, a header and line endings."""
    lines = [header.replace(",", separator)]
    for name, label, fold in ROWS:
        quoted = f'"{name}"' if "," in name else name
        lines.append(separator.join((quoted, label, str(fold))))
    return newline.join(lines) + newline


EXPECTED = {name: (label, fold) for name, label, fold in ROWS}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_a_table_is_read_as_it_was_saved(
    tmp_path: Path, separator: str, newline: str, encoding: str
) -> None:
    """Separators, line endings, byte-order marks and encodings of Excel, Numbers and others."""
    content = text(separator, newline=newline).encode(encoding)
    assert labels_of(tmp_path, content) == EXPECTED


@pytest.mark.parametrize(
    "header",
    [
        "Path, Label ,Fold",
        "filename,category,fold",
        "File Name,Class,FOLD",
        "file,species,fold",
        "recording,class,folds",
        "PATH,LABEL,FOLD",
        '"path","label","fold"',
    ],
)
def test_columns_are_known_by_other_names(tmp_path: Path, header: str) -> None:
    """Capitals, blanks, quotes and the usual other words."""
    assert labels_of(tmp_path, text(",", header).encode()) == EXPECTED


def test_blanks_and_empty_lines_mean_nothing(tmp_path: Path) -> None:
    """Around values, between rows, and empty columns at the end, as spreadsheets leave them."""
    lines = ["", "path , label, fold,,", ""]
    lines += [f'"{name}" ,  {label},{fold}.0,,' for name, label, fold in ROWS]
    content = "\n".join([*lines, ",,,,", "  "]).encode()
    assert labels_of(tmp_path, content) == EXPECTED


def test_the_separator_line_of_excel_is_skipped(tmp_path: Path) -> None:
    """`sep=;` above the header."""
    assert labels_of(tmp_path, b"sep=;\r\n" + text(";").encode()) == EXPECTED


def test_paths_of_other_systems_are_found(tmp_path: Path) -> None:
    """Backslashes, and accents as macOS stores them."""
    content = text(",").replace("sub/d.wav", "sub\\d.wav").replace("ü", "u\u0308").encode()
    assert labels_of(tmp_path, content) == EXPECTED


@pytest.mark.parametrize("name", ["x" * 5000, "nul\0.wav", "sub"])
def test_a_path_that_cannot_be_a_file_is_refused(tmp_path: Path, name: str) -> None:
    """Names that are too long, with a zero, or of a folder."""
    with pytest.raises(DatasetError, match="not there"):
        labels_of(tmp_path, f"path,label\ne.wav,owl\n{name},fox\n".encode())


def test_other_tables_in_the_folder_are_named(tmp_path: Path) -> None:
    """A table under another name is the likeliest mistake."""
    (tmp_path / "meta.csv").write_text("path,label")
    with pytest.raises(DatasetError, match=r"labels\.csv") as caught:
        open_dataset(DataConfig(kind="csv", folder=str(tmp_path)))
    assert "rename meta.csv to labels.csv" in caught.value.hint


def test_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    """Neither a FIFO nor a file without an end is opened."""
    pipe = tmp_path / "labels.csv"
    os.mkfifo(pipe)
    for table in (pipe, Path("/dev/zero")):
        with pytest.raises(DatasetError, match=r"it is a (pipe|device)"):
            read_cells(table, ["path"], "name a table")
