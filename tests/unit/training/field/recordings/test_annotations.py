"""Annotations are read from a table, or from a label file beside each recording."""

from pathlib import Path

import pytest

from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.annotations import (
    annotations_table,
    label_file_of,
    read_annotations,
    read_label_file,
)
from soundpost_training.field.recordings.sound import Sound

DOG = Sound(1.5, 2.5, "dog")


@pytest.mark.parametrize(
    "content",
    [
        b"file,label,onset,offset\na.wav,dog,1.5,2.5\n",
        b"file,label,onset,offset\r\na.wav,dog,1.5,2.5\r\n",
        b"\xef\xbb\xbffile;label;onset;offset\r\na.wav;dog;1,5;2,5\r\n",
        "file\tlabel\tonset\toffset\na.wav\tdog\t1.5\t2.5".encode("utf-16"),
        b"sep=;\nfilename;event_label;start;end\na.wav;dog;1.5;2.5\n",
        b"filename\tonset\toffset\tevent_label\na.wav\t1.5\t2.5\tdog\n",
        b'"file","label","onset","offset","note"\n"a.wav","dog","1.5","2.5","a, b"\n',
    ],
)
def test_tables_of_many_programs_are_read(tmp_path: Path, content: bytes) -> None:
    """Encodings, separators, line ends and names of columns differ."""
    table = tmp_path / "annotations.csv"
    table.write_bytes(content)
    ((file, sound, _),) = read_annotations(table)
    assert (file, sound) == ("a.wav", DOG)


def test_a_column_may_state_the_salience(tmp_path: Path) -> None:
    """A sound in the background of others has a recall of its own."""
    table = tmp_path / "annotations.csv"
    table.write_text("file,label,onset,offset,Salience\na.wav,dog,1,2,2\na.wav,dog,3,4,\n")
    assert [each.sound.is_background for each in read_annotations(table)] == [True, False]


def test_the_line_of_an_error_is_that_of_the_file(tmp_path: Path) -> None:
    """Blank lines and the line of the separator count, as in an editor."""
    table = tmp_path / "annotations.csv"
    table.write_text("sep=,\nfile,label,onset,offset\n\na.wav,dog,1,2\n\na.wav,dog,4,3\n")
    with pytest.raises(DatasetError, match=r"annotations\.csv, line 6: expected an offset after"):
        read_annotations(table)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "an empty file"),
        (b"file,label,onset,offset\n", "nothing below it"),
        (b"file,label,onset\na.wav,dog,1\n", "without offset"),
        (b"file,label,onset,offset\n,dog,1,2\n", "line 2: expected the name of a recording"),
        (b"file,label,onset,offset\na.wav,dog,1,2,3\n", "expected 4 values, got 5"),
        (b"file,label,onset,offset,salience\na.wav,dog,1,2,far\n", "expected a salience"),
        (b"\x00\xff\x00\xfe" * 50, "no rows with the columns"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    """The error names what is missing."""
    table = tmp_path / "annotations.csv"
    table.write_bytes(content)
    with pytest.raises(DatasetError, match=expected):
        read_annotations(table)


def test_label_files_of_audacity_and_raven_are_read(tmp_path: Path) -> None:
    """Audacity's has no header, and may state frequencies; Raven's is a table."""
    audacity = tmp_path / "a.txt"
    audacity.write_text("1.500000\t2.500000\tdog\n\\\t200.0\t900.0\n3.0\t3.5\tsiren\n")
    sounds = [sound for sound, _ in read_label_file(audacity)]
    assert sounds == [DOG, Sound(3.0, 3.5, "siren")]
    raven = tmp_path / "a.Table.1.selections.txt"
    raven.write_text(
        "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tAnnotation\n"
        "1\tSpectrogram 1\t1\t1.5\t2.5\tdog\n"
    )
    assert [sound for sound, _ in read_label_file(raven)] == [DOG]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("1.0\t2.0\n", "line 1: expected onset, offset and label, got '1.0', '2.0'"),
        ("1.0\t2.0\tdog\n2.0\t1.0\tdog\n", "line 2: expected an offset after the onset"),
        ("Begin Time (s)\tEnd Time (s)\n1\t2\n", "expected the columns end time"),
        ("notes of a walk\n", "line 1: expected onset, offset and label"),
    ],
)
def test_a_label_file_that_is_none_is_refused(tmp_path: Path, content: str, expected: str) -> None:
    """A text file of a recording's name is taken for its labels."""
    path = tmp_path / "a.txt"
    path.write_text(content)
    with pytest.raises(DatasetError) as refused:
        read_label_file(path)
    assert expected in str(refused.value)


def test_two_label_files_of_a_recording_are_refused(tmp_path: Path) -> None:
    """Either could be the current one."""
    recording = tmp_path / "a.wav"
    assert label_file_of(recording) is None
    (tmp_path / "a.txt").write_text("1\t2\tdog\n")
    assert label_file_of(recording) == tmp_path / "a.txt"
    (tmp_path / "a.Table.1.selections.txt").write_text("")
    with pytest.raises(DatasetError, match=r"expected one label file of .*a\.wav"):
        label_file_of(recording)


def test_a_label_file_may_have_decimal_commas(tmp_path: Path) -> None:
    """Audacity writes them where the language of the computer does; a label may have one, too."""
    path = tmp_path / "a.txt"
    path.write_text("1,500000\t2,500000\tdog\n3,0\t3,5\tdog, far\n")
    sounds = [sound for sound, _ in read_label_file(path)]
    assert sounds == [DOG, Sound(3.0, 3.5, "dog, far")]


def test_the_table_may_end_in_tsv_but_there_may_not_be_two(tmp_path: Path) -> None:
    """DCASE writes .tsv; of two tables either could be the current one."""
    assert annotations_table(tmp_path) is None
    table = tmp_path / "annotations.tsv"
    table.write_text("filename\tonset\toffset\tevent_label\na.wav\t1.5\t2.5\tdog\n")
    assert annotations_table(tmp_path) == table
    (tmp_path / "annotations.csv").write_text("")
    with pytest.raises(DatasetError, match="expected one table of annotations, got"):
        annotations_table(tmp_path)
