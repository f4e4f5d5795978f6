"""A Parquet file with typed columns of the CSV file; the only file that imports pyarrow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from soundpost.archive.row import Row
from soundpost.archive.tables.cells import unicode_text
from soundpost.archive.tables.events_csv import COLUMNS
from soundpost.archive.tables.origin import Archive, Sink
from soundpost.archive.tables.timeline import PlacedRecording
from soundpost.errors import ConfigError
from soundpost.system.atomic_file import open_atomic

if TYPE_CHECKING:
    import pyarrow as pa

NAME = "events.parquet"
_ROWS_AT_ONCE = 16_384  # a row group of some 4 MB: memory stays flat, and readers can skip groups
_VALUES = attrgetter(*(field.name for field in fields(Row)))
_NUMBERS = {"begin_seconds", "end_seconds", "score", "threshold", "level_dbfs"}


def check_pyarrow() -> None:
    """Imports pyarrow.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401, PLC0415 - an extra that only this format needs
    except ImportError as error:
        raise ConfigError(
            f"pyarrow, which writes Parquet, cannot be imported: {error}",
            hint="pip install 'soundpost[analyze]', or leave out the format parquet",
        ) from error


@contextmanager
def open_parquet(out: Path, archive: Archive) -> Iterator[Sink]:
    """Opens the table of an archive; it gets its name at the end of the context.

    Times are timestamps in UTC of nanoseconds, what is not known is null.

    Raises:
        ConfigError: pyarrow is not installed.
    """
    check_pyarrow()
    from pyarrow import parquet  # noqa: PLC0415 - as above

    schema = _schema()
    cells: list[tuple[object, ...]] = []
    with (
        open_atomic(out / NAME) as file,
        parquet.ParquetWriter(file, schema, compression="zstd") as writer,
    ):

        def add(row: Row, _placed: PlacedRecording) -> None:
            cells.append((*map(_cell, _VALUES(row)), archive.licence(row)))
            if len(cells) == _ROWS_AT_ONCE:
                writer.write_batch(_batch(cells, schema))
                cells.clear()

        yield add
        writer.write_batch(_batch(cells, schema))


def _cell(value: object) -> object:
    return unicode_text(value) if isinstance(value, str) else value


def _schema() -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415 - as above

    types = dict.fromkeys(COLUMNS, pa.string()) | dict.fromkeys(_NUMBERS, pa.float64())
    types["onset_utc"] = pa.timestamp("ns", tz="UTC")
    types["time_flags"] = pa.list_(pa.string())
    return pa.schema([(name, types[name]) for name in COLUMNS])


def _batch(cells: list[tuple[object, ...]], schema: "pa.Schema") -> "pa.RecordBatch":
    import pyarrow as pa  # noqa: PLC0415 - as above

    columns = zip(*cells, strict=True) if cells else [()] * len(schema)
    arrays = [
        pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)
    ]
    return pa.record_batch(arrays, schema=schema)
