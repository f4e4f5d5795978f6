"""Writes the tables of an archive in one pass over its rows."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from soundpost.archive.row import AnalyzedRecording, Row
from soundpost.archive.tables.about import write_about
from soundpost.archive.tables.formats import FORMATS, Format
from soundpost.archive.tables.origin import Archive, Origin
from soundpost.archive.tables.timeline import by_recording
from soundpost.errors import ConfigError, did_you_mean
from soundpost.system.atomic_file import sync_folder

_DEFAULT_ORIGIN = Origin()


def write_tables(
    rows: Iterable[Row],
    recordings: Sequence[AnalyzedRecording],
    out: Path,
    formats: Sequence[str],
    *,
    origin: Origin = _DEFAULT_ORIGIN,
) -> None:
    """Writes the tables of an archive; each replaces an earlier one completely or not at all.

    The tables of the whole archive get their names only after the last row. Rows are read once, and
    not kept.

    Args:
        rows: The events, in the order of the recordings, and in each in the order of the tables.
        recordings: All analyzed recordings, each once; one without events has tables too.
        out: The folder of the tables; it is made if it does not exist.
        formats: Names of `FORMATS`; a repeated one is written once.
        origin: Folder, models and places.

    Raises:
        ConfigError: A format is not known, or needs a library that is not installed or a place that
            is not given; nothing is written.
        ValueError: Rows and recordings do not agree (see `by_recording`).
        OSError: A table could not be written.
    """
    chosen = [_format(name, origin) for name in dict.fromkeys(formats)]
    out.mkdir(parents=True, exist_ok=True)
    archive = Archive(recordings, origin)
    with ExitStack() as whole:
        sinks = [
            whole.enter_context(write_about(out, archive, [table.about for table in chosen])),
            *(
                whole.enter_context(table.open_archive(out, archive))
                for table in chosen
                if table.open_archive
            ),
        ]
        for placed, events in by_recording(rows, recordings):
            with ExitStack() as single:
                all_sinks = sinks + [
                    single.enter_context(table.open_recording(out, archive, placed))
                    for table in chosen
                    if table.open_recording
                ]
                for row in events:
                    for add in all_sinks:
                        add(row, placed)
    sync_folder(out)


def _format(name: str, origin: Origin) -> Format:
    if name not in FORMATS:
        raise ConfigError(
            f"expected a format of tables ({', '.join(FORMATS)}), got {name!r}",
            hint=did_you_mean(name, FORMATS),
        )
    table = FORMATS[name]
    if table.check:
        table.check(origin)
    return table
