"""Selection tables of Raven."""

from pathlib import Path

import pytest
from archive_rows import HOSTILE, archives, recording, row, tables_of
from hypothesis import given, settings
from oracles import oracle

from soundpost.archive.row import AnalyzedRecording, Row
from soundpost.archive.tables import Origin
from soundpost.archive.tables.cells import tab_text
from soundpost.archive.tables.files import recording_table
from soundpost.archive.tables.raven import ARCHIVE_NAME, COLUMNS, LIST_NAME, SUFFIX

BIRDNET_COLUMNS = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\t"
    "Common Name\tSpecies Code\tConfidence\tBegin Path\tFile Offset (s)"
)
"""The header of BirdNET-Analyzer's `RAVEN_TABLE_HEADER`."""
LAST_DIGIT = 1.01e-6


def read(path: Path) -> list[dict[str, str]]:
    """Reads a selection table: tabs, a header, one line for each selection, no quotes."""
    header, *lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    names = header.split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def test_the_columns_begin_with_those_of_birdnet_analyzer() -> None:
    """Programs that read its tables read these."""
    assert "\t".join(COLUMNS).startswith(f"{BIRDNET_COLUMNS}\t")


def test_a_recording_has_a_table_beside_its_path() -> None:
    """Times are counted from the start of the recording."""
    with tables_of([row()], [recording("first.wav"), recording()], ["raven"]) as folder:
        (selection,) = read(folder / "raven/night/a.wav.selections.txt")
    assert selection == {
        "Selection": "1",
        "View": "Spectrogram 1",
        "Channel": "1",
        "Begin Time (s)": "1.500000",
        "End Time (s)": "4.250000",
        "Low Freq (Hz)": "0.0",
        "High Freq (Hz)": "24000.0",
        "Common Name": "Tawny Owl",
        "Species Code": "Strix aluco_Tawny Owl",
        "Confidence": "0.875000",
        "Begin Path": "night/a.wav",
        "File Offset (s)": "1.500000",
        "Scientific Name": "Strix aluco",
        "Onset (UTC)": "2025-10-26T02:30:00.123456789Z",
        "Time Flags": "",
        "Model": "birds 2.4.0",
        "Licence": "CC BY-NC-SA 4.0",
    }


def test_the_table_of_the_archive_counts_from_the_first_recording() -> None:
    """The list of sounds has the same order, with the folder that was named."""
    rows = [row(file="a.wav"), row(file="c.wav"), row(file="c.wav", begin_seconds=2.0)]
    recordings = [recording("a.wav"), recording("b.wav", 3600.5), recording("c.wav")]
    with tables_of(rows, recordings, ["raven"], Origin(folder="/media/card/")) as folder:
        selections = read(folder / ARCHIVE_NAME)
        sounds = (folder / LIST_NAME).read_text(encoding="utf-8").splitlines()
    assert [line["Begin Time (s)"] for line in selections] == [
        "1.500000",
        "3662.000000",
        "3662.500000",
    ]
    assert [line["File Offset (s)"] for line in selections] == ["1.500000", "1.500000", "2.000000"]
    assert [line["Selection"] for line in selections] == ["1", "2", "3"]
    assert sounds == ["/media/card/a.wav", "/media/card/b.wav", "/media/card/c.wav"]
    assert {line["Begin Path"] for line in selections} == {sounds[0], sounds[2]}


@given(archives())
@settings(max_examples=50, deadline=None)
def test_every_event_is_in_both_tables(archive: tuple[list[Row], list[AnalyzedRecording]]) -> None:
    """Begin, length and names are the same in both, whatever the names are."""
    rows, recordings = archive
    with tables_of(rows, recordings, ["raven"]) as folder:
        cumulative = read(folder / ARCHIVE_NAME)
        single = [
            line
            for item in recordings
            for line in read(recording_table(folder / "raven", item.file, SUFFIX))
        ]
    for event, line, other in zip(rows, cumulative, single, strict=True):
        assert line["Common Name"] == tab_text(event.common_name or event.label)
        assert line["Begin Path"] == tab_text(event.file)
        assert line.keys() == other.keys()
        assert float(line["File Offset (s)"]) == float(other["Begin Time (s)"])
        length = float(line["End Time (s)"]) - float(line["Begin Time (s)"])
        assert length == pytest.approx(event.end_seconds - event.begin_seconds, abs=LAST_DIGIT)
        before = sum(
            i.seconds for i in recordings[: [r.file for r in recordings].index(event.file)]
        )
        begin = before + event.begin_seconds
        assert float(line["Begin Time (s)"]) == pytest.approx(begin, abs=LAST_DIGIT)


def test_a_recording_without_events_has_a_header() -> None:
    """It was analyzed; a missing table would not say so."""
    with tables_of([], [recording()], ["raven"]) as folder:
        assert (
            read(folder / "raven/night/a.wav.selections.txt") == read(folder / ARCHIVE_NAME) == []
        )


TABLES = ["raven/night/a.wav.selections.txt", ARCHIVE_NAME]


@pytest.mark.parametrize("name", TABLES)
def test_crowsetta_reads_the_table(name: str) -> None:
    """A library for annotated animal sounds finds each event, its frequencies and its name."""
    crowsetta = oracle("crowsetta")
    rows = [row(common_name=name) for name in HOSTILE]
    with tables_of(rows, [recording()], ["raven"]) as folder:
        raven = crowsetta.formats.bbox.Raven.from_file(folder / name, annot_col="Common Name")
    boxes = raven.to_bbox()
    assert {(box.onset, box.offset, box.low_freq, box.high_freq) for box in boxes} == {
        (1.5, 4.25, 0.0, 24_000.0)
    }
    assert [box.label for box in boxes] == [tab_text(name) for name in HOSTILE]


@pytest.mark.parametrize("name", TABLES)
def test_pandas_reads_the_table(name: str) -> None:
    """Each column has its type, and rows of several models have each their own licence."""
    pandas = oracle("pandas")
    rows = [row(), row(model_id="own", common_name=None)]
    licences = {"birds": "CC BY 4.0", "own": "MIT"}
    with tables_of(rows, [recording()], ["raven"], Origin(licences=licences)) as folder:
        table = pandas.read_csv(folder / name, sep="\t", quoting=3)
    assert tuple(table.columns) == COLUMNS
    assert table["Confidence"].tolist() == [0.875, 0.875]
    assert table["Model"].tolist() == ["birds 2.4.0", "own 2.4.0"]
    assert table["Licence"].tolist() == ["CC BY 4.0", "MIT"]
    assert table["Common Name"].tolist() == ["Tawny Owl", "Strix aluco_Tawny Owl"]
