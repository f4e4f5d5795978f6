"""Ground truth of recordings: which sounds they hold, from when to when."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from soundpost_training.errors import DatasetError

GROUND_TRUTH_FILE = "truth.tsv"
COLUMNS = ("filename", "onset", "offset", "event_label", "snr_db", "source")
"""The first four are those of DCASE, which sed_eval and psds_eval read."""


@dataclass(frozen=True, slots=True)
class Event:
    """A sound in a recording.

    Attributes:
        recording: File name of the recording.
        label: Its label.
        onset_seconds: From the recording's start.
        offset_seconds: From the recording's start.
        snr_db: Its RMS level over that of the background beneath it.
        source: File name of the clip that it was cut from.
    """

    recording: str
    label: str
    onset_seconds: float
    offset_seconds: float
    snr_db: float = 0.0
    source: str = ""

    @property
    def row(self) -> tuple[str, ...]:
        """The cells of its table row; times are whole samples at 16 kHz, hence 4 decimals."""
        times = f"{self.onset_seconds:.4f}", f"{self.offset_seconds:.4f}"
        return (self.recording, *times, self.label, f"{self.snr_db:.1f}", self.source)


def write_ground_truth(folder: Path, events: Iterable[Event]) -> None:
    """Writes the table, ordered by recording and onset."""
    ordered = sorted(events, key=lambda event: (event.recording, event.onset_seconds))
    with (folder / GROUND_TRUTH_FILE).open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(event.row for event in ordered)


def read_ground_truth(folder: Path) -> list[Event]:
    """Returns the events of a soundscape's table.

    Raises:
        DatasetError: The table is absent, lacks a column, or has an invalid time.
    """
    path = folder / GROUND_TRUTH_FILE
    try:
        with path.open(encoding="utf-8", newline="") as table:
            return [_event(row) for row in csv.DictReader(table, delimiter="\t")]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, TypeError, ValueError) as error:
        raise DatasetError(
            f"expected a table of events in {path}, got {error}",
            hint=f"write it tab-separated, with the columns {', '.join(COLUMNS[:4])}",
        ) from error


def _event(row: dict[str, str]) -> Event:
    onset_seconds, offset_seconds = float(row["onset"]), float(row["offset"])
    if not 0.0 <= onset_seconds < offset_seconds < float("inf"):
        raise ValueError(f"an event from {onset_seconds} to {offset_seconds} s")
    return Event(
        recording=row["filename"],
        label=row["event_label"],
        onset_seconds=onset_seconds,
        offset_seconds=offset_seconds,
        snr_db=float(row.get("snr_db") or 0.0),
        source=row.get("source") or "",
    )


def events_of_recordings(events: Sequence[Event], recordings: Iterable[str]) -> list[Event]:
    """Returns the events of the recordings with these file names."""
    names = set(recordings)
    return [event for event in events if event.recording in names]
