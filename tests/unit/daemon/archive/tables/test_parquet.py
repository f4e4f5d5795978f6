"""The Parquet table of all events."""

import os
import sys
from pathlib import Path

import pytest
from archive_rows import HOSTILE, ONSET_NS, recording, row, tables_of
from oracles import oracle

from soundpost.archive.tables import Origin, write_tables
from soundpost.archive.tables.events_csv import COLUMNS
from soundpost.archive.tables.parquet import NAME
from soundpost.errors import ConfigError


def test_without_pyarrow_the_error_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is written, not even the folder."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match="pyarrow") as error:
        write_tables([row()], [recording()], tmp_path / "out", ["csv", "parquet"])
    assert "soundpost[analyze]" in error.value.hint
    assert not (tmp_path / "out").exists()


def test_every_event_can_be_read_back() -> None:
    """Columns are typed; what is not known is null; several row groups are one table."""
    parquet = oracle("pyarrow.parquet")
    rows = [
        row(label=label, common_name=None, onset_utc_ns=None, time_flags=("a", "b"))
        for label in HOSTILE
    ] + [row()] * 20_000
    with tables_of(rows, [recording()], ["parquet"]) as folder:
        assert parquet.ParquetFile(folder / NAME).num_row_groups == 2
        table = parquet.read_table(folder / NAME)
    assert tuple(table.column_names) == COLUMNS
    assert table["label"].to_pylist() == [event.label for event in rows]
    assert table["onset_utc"].cast("int64").to_pylist() == [event.onset_utc_ns for event in rows]
    first, last = table.slice(0, 1).to_pylist()[0], table.slice(len(rows) - 1).to_pylist()[0]
    assert (first["common_name"], first["time_flags"]) == (None, ["a", "b"])
    assert (last["score"], last["licence"]) == (0.875, "CC BY-NC-SA 4.0")


def test_a_name_that_is_not_utf8_is_written_with_escapes() -> None:
    """Parquet has no other text than UTF-8."""
    parquet = oracle("pyarrow.parquet")
    file = os.fsdecode(b"\xe4.wav")
    with tables_of([row(file=file)], [recording(file)], ["parquet"]) as folder:
        assert parquet.read_table(folder / NAME)["file"].to_pylist() == [r"\xe4.wav"]


def test_an_archive_without_events_has_columns_with_types() -> None:
    """A query over it gives no rows, not an error."""
    parquet = oracle("pyarrow.parquet")
    with tables_of([], [], ["parquet"]) as folder:
        table = parquet.read_table(folder / NAME)
    assert (tuple(table.column_names), table.num_rows) == (COLUMNS, 0)


def test_duckdb_reads_the_table() -> None:
    """Times arrive as timestamps."""
    oracle("pyarrow.parquet")
    duckdb = oracle("duckdb")
    whole = ONSET_NS // 1000  # DuckDB counts in microseconds
    with tables_of([row(onset_utc_ns=whole * 1000)], [recording()], ["parquet"]) as folder:
        table = duckdb.read_parquet(str(folder / NAME))
        found = table.project("label, score, epoch_us(CAST(onset_utc AS TIMESTAMPTZ))").fetchall()
    assert found == [("Strix aluco_Tawny Owl", 0.875, whole)]


def test_pandas_reads_the_table() -> None:
    """Times to the nanosecond; rows of several models have each their own licence."""
    oracle("pyarrow.parquet")
    pandas = oracle("pandas")
    rows = [row(), row(model_id="own", onset_utc_ns=None)]
    licences = {"birds": "CC BY 4.0", "own": "MIT"}
    with tables_of(rows, [recording()], ["parquet"], Origin(licences=licences)) as folder:
        table = pandas.read_parquet(folder / NAME)
    assert table["onset_utc"][0].value == ONSET_NS
    assert table["onset_utc"].isna().tolist() == [False, True]
    assert table["model_id"].tolist() == ["birds", "own"]
    assert table["licence"].tolist() == ["CC BY 4.0", "MIT"]
