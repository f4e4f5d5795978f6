"""The line of progress over an archive."""

import io
from pathlib import Path

import pytest
from manual_clock import ManualClock

from soundpost.archive.files import ArchiveFile
from soundpost.cli.analyze.progress import AnalysisProgress


def file(name: str, size_bytes: int) -> ArchiveFile:
    """Returns a file of a size."""
    return ArchiveFile(Path(name), name, size_bytes, key=name)


@pytest.fixture
def clock() -> ManualClock:
    """Provides a clock that stands still."""
    return ManualClock(0.0)


def test_the_time_left_follows_from_bytes(clock: ManualClock) -> None:
    """A quarter of the bytes in a minute: three minutes are left."""
    progress = AnalysisProgress(io.StringIO(), clock)
    files = [file("a.wav", 25), file("b.wav", 75)]
    progress.start(0, files)
    clock.seconds = 30.0
    progress.move(files[0], 300.0, 0.0)
    assert progress.text() == ("[....................] 0/2  0:05:00 of sound  10 x real time")
    clock.seconds = 60.0
    progress.end(files[0], 600.0)
    assert progress.text() == (
        "[#####...............] 1/2  0:10:00 of sound  10 x real time  3 min left"
    )
    progress.move(files[1], 600.0, 0.0)
    assert "20 x real time" in progress.text()


def test_a_file_of_a_day_has_a_time_left(clock: ManualClock) -> None:
    """It follows from the part that is read, once this is a thousandth of all."""
    progress = AnalysisProgress(io.StringIO(), clock)
    files = [file("day.wav", 75_000), file("night.wav", 25_000)]
    progress.start(0, files)
    clock.seconds = 3.0
    progress.move(files[0], 86.0, 0.001)
    assert "left" not in progress.text()
    clock.seconds = 60.0
    progress.move(files[0], 17_280.0, 0.2)
    progress.move(files[1], 5_760.0, 0.2)
    assert progress.text() == (
        "[####................] 0/2  6:24:00 of sound  384 x real time  4 min left"
    )
    progress.end(files[1], 28_800.0)
    assert progress.text().startswith("[########............] 1/2")


def test_what_an_earlier_run_did_does_not_count_for_the_speed(clock: ManualClock) -> None:
    """It counts among the files only."""
    progress = AnalysisProgress(io.StringIO(), clock)
    progress.start(8, [file("a.wav", 10), file("b.wav", 10)])
    clock.seconds = 10.0
    progress.end(file("a.wav", 10), 0.0)
    assert progress.text() == (
        "[##########..........] 9/10  0:00:00 of sound  0 x real time  10 s left"
    )


def test_files_without_bytes_are_no_failure(clock: ManualClock) -> None:
    """A folder may hold empty files only."""
    progress = AnalysisProgress(io.StringIO(), clock)
    progress.start(0, [file("a.wav", 0)])
    progress.end(file("a.wav", 0), 0.0)
    assert progress.text().startswith("[....................] 1/1  0:00:00 of sound")
