"""The table of ground truth."""

from pathlib import Path

import pytest

from soundpost_training.errors import DatasetError
from soundpost_training.soundscape.compose.ground_truth import (
    GROUND_TRUTH_FILE,
    Event,
    events_of_recordings,
    read_ground_truth,
    write_ground_truth,
)

EVENTS = [
    Event("b.flac", "dog", 1.25, 2.5, 12.3, "1-a.wav"),
    Event("a.flac", "siren", 3.0, 4.0625, -1.0, "1-b.wav"),
    Event("a.flac", "dog", 0.5, 1.0),
]


def test_events_are_read_as_they_were_written(tmp_path: Path) -> None:
    """The table is ordered by recording and onset."""
    write_ground_truth(tmp_path, EVENTS)
    assert read_ground_truth(tmp_path) == EVENTS[::-1]


def test_events_are_selected_by_recording() -> None:
    """Their order is kept."""
    assert events_of_recordings(EVENTS, ["a.flac"]) == EVENTS[1:]


@pytest.mark.parametrize(
    "table",
    [
        "onset\toffset\n1\t2\n",
        "filename\tonset\toffset\tevent_label\na\t2\t1\tdog\n",
        "filename\tonset\toffset\tevent_label\na\tnan\t1\tdog\n",
        "filename\tonset\toffset\tevent_label\na\t-1\t1\tdog\n",
        "filename\tonset\toffset\tevent_label\na\tx\t1\tdog\n",
        "filename\tonset\toffset\tevent_label\na\t1\n",
    ],
)
def test_an_invalid_table_is_refused(table: str, tmp_path: Path) -> None:
    """A missing column or an invalid time is an error, never an event."""
    (tmp_path / GROUND_TRUTH_FILE).write_text(table, encoding="utf-8")
    with pytest.raises(DatasetError, match="expected a table of events"):
        read_ground_truth(tmp_path)


def test_an_empty_table_has_no_events(tmp_path: Path) -> None:
    """A soundscape without sounds is valid; a folder without a table is not."""
    (tmp_path / GROUND_TRUTH_FILE).write_text("", encoding="utf-8")
    assert read_ground_truth(tmp_path) == []
    with pytest.raises(DatasetError):
        read_ground_truth(tmp_path / "absent")
