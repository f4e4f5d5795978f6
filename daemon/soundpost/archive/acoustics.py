"""The acoustic figures of recordings: measured with the pipeline, and written as a table."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from soundpost.acoustics.figures import INDEX_DECIMALS, LEVEL_DECIMALS, MinuteFigures
from soundpost.acoustics.meter import MinuteMeter
from soundpost.acoustics.minutes import RecordingMinutes
from soundpost.acoustics.observer import AcousticsObserver
from soundpost.acoustics.reference import LevelReference
from soundpost.archive.part import Part
from soundpost.archive.tables.cells import csv_text, iso_utc
from soundpost.archive.tables.files import open_table

ACOUSTICS_FILE = "acoustics.csv"

_LEVELS = ("leq", "laeq", "laf10", "laf50", "laf90", "lafmax")
_INDICES = ("aci", "ndsi", "bi")
_COLUMNS = (
    *("file", "begin_seconds", "start_utc", "seconds", "partial", "rate_hz", "level_reference"),
    *(f"{level}_db" for level in _LEVELS),
    *_INDICES,
    *("missing", "time_flags"),
)


class RecordingAcoustics:
    """Measures the minutes of one recording, if that is on.

    Args:
        rate_hz: The rate of capture.
        is_on: Whether it measures.

    Attributes:
        observers: The observers of the pipeline.
    """

    def __init__(self, rate_hz: int, *, is_on: bool) -> None:
        self._figures: list[MinuteFigures] = []
        self.observers: Sequence[AcousticsObserver] = ()
        if is_on:
            meter = MinuteMeter(rate_hz, RecordingMinutes(rate_hz))
            self.observers = (AcousticsObserver(meter, self._figures.append),)

    def finish(self, recorded_rate_hz: int) -> tuple[MinuteFigures, ...]:
        """Returns the figures of all minutes, after the end of the recording.

        Args:
            recorded_rate_hz: The rate of the recording, which may be below that of capture.
        """
        for observer in self.observers:
            observer.finish()
        return tuple(figures.limited_to(recorded_rate_hz) for figures in self._figures)


def write_acoustics(path: Path, parts: Iterable[Part], reference: LevelReference) -> None:
    """Writes one row of CSV for each minute of each recording.

    Args:
        path: The file; it is replaced once the new one is complete.
        parts: The recordings, in their order.
        reference: The reference of the levels.

    Raises:
        OSError: It cannot be written.
    """
    with open_table(path, is_durable=True) as file:
        writer = csv.writer(file, lineterminator="\r\n")  # RFC 4180
        writer.writerow(_COLUMNS)
        for part in parts:
            writer.writerows(_rows(part, reference))


def _rows(part: Part, reference: LevelReference) -> Iterator[tuple[str, ...]]:
    flags = ";".join(part.time_flags)
    for figures in part.acoustics:
        start_ns = None if part.utc_ns is None else part.utc_ns + figures.start_ns
        levels = [getattr(figures, f"{level}_dbfs") for level in _LEVELS]
        missing = (f"{name}:{reason}" for name, reason in sorted(figures.missing.items()))
        yield (
            csv_text(part.file),
            str(figures.start_seconds),
            iso_utc(start_ns),
            f"{figures.seconds:.3f}",
            str(figures.is_partial).lower(),
            str(figures.rate_hz),
            reference.reference,
            *(
                _cell(None if level is None else reference.level_db(level), LEVEL_DECIMALS)
                for level in levels
            ),
            *(_cell(getattr(figures, index), INDEX_DECIMALS) for index in _INDICES),
            ";".join(missing),
            flags,
        )


def _cell(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:z.{decimals}f}"
