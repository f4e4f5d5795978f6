"""All tables of an archive, written in one pass."""

import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from archive_rows import recording, row, tables_of
from full_disk import files_of_at_most

from soundpost.archive.row import Row
from soundpost.archive.tables import write_tables
from soundpost.archive.tables.files import recording_table
from soundpost.errors import ConfigError

TEXT_FORMATS = ["csv", "raven", "audacity", "kaleidoscope"]


def contents(folder: Path) -> dict[str, bytes]:
    """Returns all files below a folder, hidden ones included."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_only_the_chosen_formats_are_written() -> None:
    """The text beside them names their models and licences, and is always there."""
    rows = [row(), row(model_id="own", model_version="1")]
    with tables_of(rows, [recording()], ["csv", "audacity", "csv"]) as folder:
        written = contents(folder)
    assert written.keys() == {"TABLES.txt", "events.csv", "audacity/night/a.wav.labels.txt"}
    about = written["TABLES.txt"].decode()
    assert "2 events in 1 recordings" in about
    assert "birds 2.4.0: licence CC BY-NC-SA 4.0" in about
    assert "own 1: licence not stated" in about
    assert "events.csv" in about
    assert "raven" not in about


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    """No table has the time of its writing, or a path of the machine."""
    for name in ("first", "second"):
        rows = iter([row(), row(begin_seconds=2.0)])
        write_tables(rows, [recording()], tmp_path / name, TEXT_FORMATS)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    assert len(contents(tmp_path / "first")) == 7


def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """The hint has the name that was meant."""
    with pytest.raises(ConfigError, match="raven") as error:
        write_tables([], [], tmp_path / "out", ["csv", "ravn"])
    assert "did you mean raven?" in error.value.hint
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "files",
    [["b.wav", "a.wav"], ["a.wav", "b.wav", "a.wav"], ["c.wav"]],
    ids=["in another order", "not together", "of no recording"],
)
def test_rows_that_do_not_agree_with_the_recordings_are_refused(
    tmp_path: Path, files: list[str]
) -> None:
    """Tables of an earlier run stay as they were."""
    recordings = [recording("a.wav"), recording("b.wav")]
    write_tables([row(file="a.wav")], recordings, tmp_path, ["csv"])
    before = contents(tmp_path)
    with pytest.raises(ValueError, match="order"):
        write_tables([row(file=file) for file in files], recordings, tmp_path, ["csv"])
    assert contents(tmp_path) == before


def test_a_recording_that_is_listed_twice_is_refused(tmp_path: Path) -> None:
    """Its second table would replace the first."""
    with pytest.raises(ValueError, match="twice"):
        write_tables([], [recording(), recording()], tmp_path, ["csv"])


def test_a_full_disk_leaves_the_earlier_tables(tmp_path: Path) -> None:
    """No part of a new table and no temporary file is left."""
    write_tables([row()], [recording()], tmp_path, TEXT_FORMATS)
    before = contents(tmp_path)
    with files_of_at_most(10_000), pytest.raises(OSError, match="too large"):
        write_tables([row()] * 1000, [recording()], tmp_path, TEXT_FORMATS)
    assert contents(tmp_path) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from soundpost.archive.row import AnalyzedRecording, Row
from soundpost.archive.tables import write_tables

def rows():
    for _ in range(1000):
        yield Row("i", "a.wav", 0, 1, "owl", None, None, 1, 1, 0, "birds", "1", None, ())
    os.kill(os.getpid(), signal.SIGKILL)

recordings = [AnalyzedRecording("a.wav", 60, None, 48000)]
write_tables(rows(), recordings, Path(sys.argv[1]), sys.argv[2:])
"""


def test_a_killed_run_leaves_the_earlier_tables(tmp_path: Path) -> None:
    """The next run replaces the temporary files that it left."""
    recordings = [recording("a.wav")]
    events = [row(file="a.wav")]
    write_tables(events, recordings, tmp_path, TEXT_FORMATS)
    before = contents(tmp_path)
    killed = [sys.executable, "-c", KILLED, str(tmp_path), *TEXT_FORMATS]
    assert subprocess.run(killed, check=False, timeout=60).returncode == -signal.SIGKILL
    left = contents(tmp_path)
    assert left.keys() > before.keys()
    assert {name: left[name] for name in before} == before
    write_tables(events, recordings, tmp_path, TEXT_FORMATS)
    assert contents(tmp_path) == before


def test_memory_does_not_grow_with_the_number_of_rows(tmp_path: Path) -> None:
    """20,000 rows take no more than 2,000, but for what a buffer of a file adds."""

    def rows(count: int) -> Iterator[Row]:
        return (row(begin_seconds=number / 10) for number in range(count))

    peaks = []
    write_tables(rows(10), [recording()], tmp_path, TEXT_FORMATS)
    for count in (2_000, 20_000):
        tracemalloc.start()
        write_tables(rows(count), [recording()], tmp_path, TEXT_FORMATS)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 100_000  # a list of the rows would take 6 MB


@pytest.mark.parametrize("file", ["../a.wav", "/etc/a.wav", "a/../../b.wav", ""])
def test_no_table_is_written_outside_its_folder(tmp_path: Path, file: str) -> None:
    """Whatever a recording is called."""
    with pytest.raises(ValueError, match="below the analyzed folder"):
        recording_table(tmp_path, file, ".labels.txt")


@pytest.mark.parametrize(
    "name", [f"{'a' * 251}.wav", f"{'鳥' * 83}.wav", os.fsdecode(b"\xe4" * 255)]
)
def test_a_recording_with_the_longest_name_has_its_tables(name: str) -> None:
    """Their names are cut, and stay different."""
    other = f"b{name[1:]}"
    twin = name[:-1] + "x"
    recordings = [recording(file) for file in (name, other, twin)]
    with tables_of([], recordings, ["raven", "audacity"]) as folder:
        assert len(list((folder / "raven").iterdir())) == 3
        assert len(list((folder / "audacity").iterdir())) == 3
