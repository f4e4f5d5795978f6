"""The axis of all recordings."""

from fractions import Fraction

from archive_rows import recording, row

from soundpost.archive.tables.timeline import by_recording, place


def test_the_start_of_a_recording_does_not_drift() -> None:
    """It is the exact sum of the lengths before it, rounded once; a sum of floats is not."""
    recordings = [recording(f"{number}.wav", 0.1) for number in range(2_000)]
    placed = list(place(recordings))
    exact = float(Fraction(0.1) * 1_999)
    assert placed[-1].begin_seconds == exact
    drifted = 0.0
    for _ in range(1_999):
        drifted += 0.1
    assert drifted != exact


def test_every_recording_has_its_rows_also_if_they_are_not_read() -> None:
    """A recording without rows is listed too."""
    rows = [row(file="a.wav"), row(file="a.wav"), row(file="c.wav")]
    recordings = [recording(file) for file in ("a.wav", "b.wav", "c.wav")]
    unread = [placed.recording.file for placed, _ in by_recording(rows, recordings)]
    assert unread == ["a.wav", "b.wav", "c.wav"]
    read = [[event.file for event in events] for _, events in by_recording(rows, recordings)]
    assert read == [["a.wav", "a.wav"], [], ["c.wav"]]
