"""The formats of tables by their names, and the files that each writes."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from soundpost.archive.tables import audacity, events_csv, kaleidoscope, parquet, raven
from soundpost.archive.tables.camtrap import package
from soundpost.archive.tables.origin import Archive, Origin, Sink
from soundpost.archive.tables.timeline import PlacedRecording


@dataclass(frozen=True)
class Format:
    """The tables of one format.

    Attributes:
        about: One line: the files and the program that opens them.
        open_archive: Opens the table of the whole archive; None if the format has none.
        open_recording: Opens the table of one recording; None if the format has none.
        check: Raises `ConfigError` if the format needs what is not installed or not given.
    """

    about: str
    open_archive: Callable[[Path, Archive], AbstractContextManager[Sink]] | None = None
    open_recording: (
        Callable[[Path, Archive, PlacedRecording], AbstractContextManager[Sink]] | None
    ) = None
    check: Callable[[Origin], object] | None = None


FORMATS: Mapping[str, Format] = {
    "csv": Format(
        f"{events_csv.NAME}: all events, for spreadsheets, R, pandas, DuckDB",
        open_archive=events_csv.open_csv,
    ),
    "raven": Format(
        f"{raven.ARCHIVE_NAME}: all events, for Raven with the sounds of {raven.LIST_NAME}; "
        f"{raven.FOLDER}/RECORDING{raven.SUFFIX}: the events of one recording",
        open_archive=raven.open_archive,
        open_recording=raven.open_recording,
    ),
    "audacity": Format(
        f"{audacity.FOLDER}/RECORDING{audacity.SUFFIX}: the events of one recording, for Audacity",
        open_recording=audacity.open_labels,
    ),
    "kaleidoscope": Format(
        f"{kaleidoscope.NAME}: all events, for Kaleidoscope Pro",
        open_archive=kaleidoscope.open_kaleidoscope,
    ),
    "parquet": Format(
        f"{parquet.NAME}: all events, for pandas, R with arrow, DuckDB",
        open_archive=parquet.open_parquet,
        check=lambda _origin: parquet.check_pyarrow(),
    ),
    "camtrap": Format(
        f"{package.NAME} and its tables: a package of Camtrap DP, for GBIF and R with camtrapdp",
        open_archive=package.open_package,
        check=package.check_survey,
    ),
}

TABLE_FILES = (
    *(events_csv.NAME, raven.ARCHIVE_NAME, raven.LIST_NAME),
    *(kaleidoscope.NAME, parquet.NAME, package.NAME),
)
"""The files of all formats that are of the whole archive."""
