"""Files of an earlier run that may be wrong are named, and only these."""

from pathlib import Path

import pytest

from soundpost.archive.leftovers import naming_leftovers
from soundpost.archive.outputs import DETECTIONS_FILE, RECORDINGS_FILE


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder of results with tables of three formats, and a file of a person."""
    for name in (DETECTIONS_FILE, RECORDINGS_FILE, "events.csv", "kaleidoscope.csv", "own.csv"):
        (tmp_path / name).write_text("1")
    (tmp_path / "camtrap").mkdir()
    (tmp_path / "camtrap/datapackage.json").write_text("1")
    return tmp_path


def replace(path: Path) -> None:
    """Writes a table as a run does."""
    part = path.with_suffix(".part")
    part.write_text("2")
    part.replace(path)


def test_tables_of_other_results_are_named(out: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Those that the run wrote are not; no file is removed, because it may have notes."""
    with naming_leftovers(out):
        replace(out / DETECTIONS_FILE)
        replace(out / "events.csv")
    [message] = caplog.messages
    assert "other results, and not written again: kaleidoscope.csv, camtrap/datap" in message
    assert "events.csv" not in message
    assert "own.csv" not in message
    assert (out / "kaleidoscope.csv").is_file()


def test_tables_of_the_same_results_are_right(out: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A second run may add a format to those of the first."""
    with naming_leftovers(out):
        (out / DETECTIONS_FILE).write_text("1")
        replace(out / "events.csv")
    assert not caplog.messages


def test_a_first_run_leaves_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It wrote all that is there."""
    with naming_leftovers(tmp_path):
        (tmp_path / DETECTIONS_FILE).write_text("1")
        (tmp_path / "events.csv").write_text("1")
    assert not caplog.messages
