"""The CSV table of all events."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archive_rows import HOSTILE, archives, recording, row, tables_of
from hypothesis import given, settings
from oracles import oracle

from soundpost.archive.row import AnalyzedRecording, Row
from soundpost.archive.tables.events_csv import COLUMNS, NAME

MICROSECOND = 0.5000001e-6  # half of the last decimal


def read(folder: Path) -> list[dict[str, str]]:
    """Reads the table by RFC 4180, strictly."""
    with (folder / NAME).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_an_event_has_all_that_is_known_about_it() -> None:
    """The columns are the fields of a row, the time as ISO 8601, and the licence of the model."""
    event = row(time_flags=("zone_assumed", "clock_reset"))
    with tables_of([event], [recording()], ["csv"]) as folder:
        text = (folder / NAME).read_text(encoding="utf-8")
    header, line = text.splitlines()
    assert header == (
        "id,file,begin_seconds,end_seconds,label,common_name,scientific_name,score,threshold,"
        "level_dbfs,model_id,model_version,onset_utc,time_flags,licence"
    )
    assert line == (
        "6ba7b811-9dad-51d1-80b4-00c04fd430c8,night/a.wav,1.500000,4.250000,"
        "Strix aluco_Tawny Owl,Tawny Owl,Strix aluco,0.875000,0.500000,-31.250000,birds,2.4.0,"
        "2025-10-26T02:30:00.123456789Z,zone_assumed;clock_reset,CC BY-NC-SA 4.0"
    )


@given(archives())
@settings(max_examples=50, deadline=None)
def test_every_event_can_be_read_back(archive: tuple[list[Row], list[AnalyzedRecording]]) -> None:
    """Texts are the same, numbers within half of their last decimal."""
    rows, recordings = archive
    with tables_of(rows, recordings, ["csv"]) as folder:
        lines = read(folder)
    assert len(lines) == len(rows)
    for event, line in zip(rows, lines, strict=True):
        for name in ("id", "file", "label", "common_name", "scientific_name", "model_id"):
            assert line[name].removeprefix("'") == (getattr(event, name) or "")
        for name in ("begin_seconds", "end_seconds", "score", "threshold", "level_dbfs"):
            expected = getattr(event, name)
            assert float(line[name]) == pytest.approx(expected, abs=MICROSECOND, rel=1e-12)
        assert line["time_flags"] == ";".join(event.time_flags)
        if event.onset_utc_ns is None:
            assert line["onset_utc"] == ""
        else:
            whole = timedelta(microseconds=event.onset_utc_ns // 1000)
            expected = datetime(1970, 1, 1, tzinfo=UTC) + whole
            assert datetime.fromisoformat(line["onset_utc"]) == expected


def test_an_archive_without_events_has_a_header() -> None:
    """Its lines end as RFC 4180 says."""
    with tables_of([], [], ["csv"]) as folder:
        assert (folder / NAME).read_bytes() == (",".join(COLUMNS) + "\r\n").encode()


def test_pandas_reads_the_table() -> None:
    """Names, numbers and times arrive as they were, without options."""
    pandas = oracle("pandas")
    rows = [row(label=label, common_name=label) for label in HOSTILE]
    with tables_of(rows, [recording()], ["csv"]) as folder:
        table = pandas.read_csv(folder / NAME, parse_dates=["onset_utc"])
    assert tuple(table.columns) == COLUMNS
    assert [label.removeprefix("'") for label in table["label"]] == HOSTILE
    assert table["begin_seconds"].tolist() == [1.5] * len(HOSTILE)
    assert table["onset_utc"].astype("int64").tolist() == [row().onset_utc_ns] * len(HOSTILE)


def test_duckdb_reads_the_table() -> None:
    """Its detection of formats finds numbers and times."""
    duckdb = oracle("duckdb")
    rows = [row(label=label, common_name=label) for label in HOSTILE]
    with tables_of(rows, [recording()], ["csv"]) as folder:
        found = duckdb.read_csv(str(folder / NAME)).project("label, begin_seconds").fetchall()
    assert [(label.removeprefix("'"), begin) for label, begin in found] == [
        (label, 1.5) for label in HOSTILE
    ]


def test_crowsetta_reads_the_table() -> None:
    """As a simple sequence, by the names of the columns."""
    crowsetta = oracle("crowsetta")
    names = {"begin_seconds": "onset_s", "end_seconds": "offset_s", "label": "label"}
    with tables_of([row()], [recording()], ["csv"]) as folder:
        table = crowsetta.formats.seq.SimpleSeq.from_file(folder / NAME, columns_map=names)
    (segment,) = table.to_seq().segments
    assert (segment.onset_s, segment.offset_s) == (1.5, 4.25)
    assert segment.label == "Strix aluco_Tawny Owl"
