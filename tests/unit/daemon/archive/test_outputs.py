"""The two files that every run writes, as other programs read them."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from archive_rows import HOSTILE, ONSET_NS, row
from oracles import oracle

from soundpost.archive.outputs import write_detections, write_recordings
from soundpost.archive.part import Part
from soundpost.messages.payload import DetectionMessage, ModelIdentity

MODEL = ModelIdentity(id="birds", version="2.4.0", sha256="5e" * 32)
LICENCES = {"birds": "CC BY-NC-SA 4.0"}
PART = Part(
    file="night/a.wav",
    sha256="ab" * 32,
    seconds=60.0,
    rate_hz=48_000,
    utc_ns=ONSET_NS,
    time_source="name",
    time_flags=("conflict", "future"),
    damage="it is cut short",
    rows=(row(), row()),
    range_weeks="43-44",
)


def test_an_event_is_a_line_of_json(tmp_path: Path) -> None:
    """Its offset is as long after the onset as in the recording."""
    write_detections(
        tmp_path / "events.jsonl", [row(), row(file="b.wav")], {"birds": MODEL}, LICENCES
    )
    first, second = map(json.loads, (tmp_path / "events.jsonl").read_text().splitlines())
    assert first == {
        "id": "6ba7b811-9dad-51d1-80b4-00c04fd430c8",
        "file": "night/a.wav",
        "begin_seconds": 1.5,
        "end_seconds": 4.25,
        "label": "Strix aluco_Tawny Owl",
        "common_name": "Tawny Owl",
        "scientific_name": "Strix aluco",
        "score": 0.875,
        "threshold": 0.5,
        "onset": "2025-10-26T02:30:00.123Z",
        "offset": "2025-10-26T02:30:02.873Z",
        "time_flags": [],
        "level_dbfs": -31.25,
        "model": {"id": "birds", "version": "2.4.0", "sha256": "5e" * 32},
        "licence": "CC BY-NC-SA 4.0",
    }
    assert second["file"] == "b.wav"


def test_fields_are_named_as_on_mqtt(tmp_path: Path) -> None:
    """Those that a live detection lacks belong to recordings."""
    write_detections(tmp_path / "events.jsonl", [row()], {"birds": MODEL}, LICENCES)
    names = json.loads((tmp_path / "events.jsonl").read_text()).keys()
    beside = {"file", "begin_seconds", "end_seconds", "time_flags", "licence"}
    assert names - set(DetectionMessage.__struct_fields__) == beside


def test_an_event_without_a_time_has_null(tmp_path: Path) -> None:
    """And no name if the label has none."""
    event = replace(row(), onset_utc_ns=None, time_flags=("no_time",), common_name=None)
    write_detections(tmp_path / "events.jsonl", [event], {"birds": MODEL}, LICENCES)
    line = json.loads((tmp_path / "events.jsonl").read_text())
    assert (line["onset"], line["offset"], line["time_flags"]) == (None, None, ["no_time"])
    assert "common_name" not in line


def test_recordings_and_failures_are_rows(tmp_path: Path) -> None:
    """In their order, the failures last; no spreadsheet runs a name as a formula."""
    path = tmp_path / "recordings.csv"
    write_recordings(path, [PART], {"=1+1.wav": "is empty", "b.wav": 'says "no", twice'})
    with path.open(newline="") as file:
        analyzed, formula, failed = csv.DictReader(file)
    assert analyzed == {
        "file": "night/a.wav",
        "seconds": "60.000000",
        "rate_hz": "48000",
        "start_utc": "2025-10-26T02:30:00.123456789Z",
        "time_source": "name",
        "time_flags": "conflict;future",
        "events": "2",
        "sha256": "ab" * 32,
        "damage": "it is cut short",
        "failure": "",
        "range_weeks": "43-44",
    }
    assert (formula["file"], formula["failure"], formula["seconds"]) == (
        "'=1+1.wav",
        "is empty",
        "",
    )
    assert failed["failure"] == 'says "no", twice'
    assert failed["range_weeks"] == ""


def test_files_that_were_there_stay_until_the_new_ones_are_complete(tmp_path: Path) -> None:
    """A reader never finds half of one."""
    path = tmp_path / "events.jsonl"
    path.write_text("before")
    with pytest.raises(KeyError):
        write_detections(path, [row(), row(model_id="unknown")], {"birds": MODEL}, LICENCES)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_duckdb_and_pandas_read_the_lines(tmp_path: Path) -> None:
    """Times are timestamps, and the model of each row is a structure; names survive."""
    duckdb, pandas = oracle("duckdb"), oracle("pandas")
    path = tmp_path / "events.jsonl"
    rows = [row(label=label, common_name=label) for label in HOSTILE]
    own = ModelIdentity(id="own", version="1", sha256="ab" * 32)
    rows += [row(model_id="own", onset_utc_ns=None)]
    write_detections(path, rows, {"birds": MODEL, "own": own}, LICENCES)
    columns = "label, model.id, epoch_ms(CAST(onset AS TIMESTAMPTZ))"
    found = duckdb.read_json(str(path)).project(columns).fetchall()
    assert found[:-1] == [(label, "birds", ONSET_NS // 10**6) for label in HOSTILE]
    assert found[-1] == (row().label, "own", None)
    licences = duckdb.read_json(str(path)).project("licence").fetchall()
    assert licences == [("CC BY-NC-SA 4.0",)] * len(HOSTILE) + [(None,)]
    table = pandas.read_json(path, lines=True)
    assert table["common_name"].tolist() == [*HOSTILE, "Tawny Owl"]


def test_duckdb_and_pandas_read_the_recordings(tmp_path: Path) -> None:
    """A file that was left out has no length, and not zero."""
    duckdb, pandas = oracle("duckdb"), oracle("pandas")
    path = tmp_path / "recordings.csv"
    write_recordings(path, [PART], {"b.wav": "is empty"})
    found = duckdb.read_csv(str(path)).project("file, seconds, failure").fetchall()
    assert found == [("night/a.wav", 60.0, None), ("b.wav", None, "is empty")]
    table = pandas.read_csv(path, parse_dates=["start_utc"])
    assert table["start_utc"].astype("int64").tolist()[0] == ONSET_NS
    assert table["seconds"].isna().tolist() == [False, True]
