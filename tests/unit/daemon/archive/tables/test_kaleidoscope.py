"""The table for Kaleidoscope."""

import csv
from pathlib import Path

import pytest
from archive_rows import HOSTILE, archives, recording, row, tables_of
from hypothesis import given, settings
from oracles import oracle

from soundpost.archive.row import AnalyzedRecording, Row
from soundpost.archive.tables import Origin
from soundpost.archive.tables.kaleidoscope import COLUMNS, NAME


def read(folder: Path) -> list[dict[str, str]]:
    """Reads the table by RFC 4180, strictly."""
    with (folder / NAME).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_an_event_is_found_by_folder_file_offset_and_duration() -> None:
    """The distance of a match is small where its score is high; the person's column is empty."""
    origin = Origin(folder="/media/card", licences={"birds": "CC BY 4.0"})
    with tables_of([row()], [recording()], ["kaleidoscope"], origin) as folder:
        (line,) = read(folder)
    assert line == {
        "INDIR": "/media/card",
        "FOLDER": "night",
        "IN FILE": "a.wav",
        "CHANNEL": "0",
        "OFFSET": "1.500000",
        "DURATION": "2.750000",
        "TOP1MATCH*": "Strix aluco_Tawny Owl",
        "TOP1DIST": "0.125000",
        "MANUAL ID": "",
        "scientific_name": "Strix aluco",
        "common_name": "Tawny Owl",
        "confidence": "0.875000",
        "onset_utc": "2025-10-26T02:30:00.123456789Z",
        "time_flags": "",
        "model": "birds 2.4.0",
        "licence": "CC BY 4.0",
        "id": "6ba7b811-9dad-51d1-80b4-00c04fd430c8",
    }


@given(archives())
@settings(max_examples=50, deadline=None)
def test_every_event_can_be_read_back(archive: tuple[list[Row], list[AnalyzedRecording]]) -> None:
    """The path is that of the recording, whatever its names are."""
    rows, recordings = archive
    with tables_of(rows, recordings, ["kaleidoscope"]) as folder:
        lines = read(folder)
    for event, line in zip(rows, lines, strict=True):
        path = f"{line['FOLDER'].removeprefix(chr(39))}/{line['IN FILE'].removeprefix(chr(39))}"
        assert path == event.file
        assert line["TOP1MATCH*"].removeprefix("'") == event.label
        end = float(line["OFFSET"]) + float(line["DURATION"])
        assert end == pytest.approx(event.end_seconds, abs=1.01e-6)


def test_an_archive_without_events_has_a_header() -> None:
    """Kaleidoscope shows an empty list."""
    with tables_of([], [], ["kaleidoscope"]) as folder:
        assert (folder / NAME).read_bytes() == (",".join(COLUMNS) + "\r\n").encode()


def test_pandas_and_duckdb_read_the_table() -> None:
    """Numbers and texts are the same; rows of several models have each their own licence."""
    pandas, duckdb = oracle("pandas"), oracle("duckdb")
    rows = [row(label=label, common_name=label, model_id="own") for label in HOSTILE] + [row()]
    licences = {"birds": "CC BY 4.0", "own": "MIT"}
    origin = Origin(folder="/media/card", licences=licences)
    with tables_of(rows, [recording()], ["kaleidoscope"], origin) as folder:
        table = pandas.read_csv(folder / NAME)
        found = duckdb.read_csv(str(folder / NAME)).project('"TOP1MATCH*", "OFFSET"').fetchall()
    expected = [*HOSTILE, row().label]
    assert [label.removeprefix("'") for label in table["TOP1MATCH*"]] == expected
    assert [label.removeprefix("'") for label, _ in found] == expected
    assert table["OFFSET"].tolist() == [offset for _, offset in found] == [1.5] * len(rows)
    assert table["licence"].tolist() == ["MIT"] * len(HOSTILE) + ["CC BY 4.0"]
    assert table["MANUAL ID"].isna().all()
