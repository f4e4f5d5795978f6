"""Label tracks of Audacity."""

from pathlib import Path

import pytest
from archive_rows import archives, recording, row, tables_of
from hypothesis import given, settings
from oracles import oracle

from soundpost.archive.row import AnalyzedRecording, Row
from soundpost.archive.tables.audacity import SUFFIX
from soundpost.archive.tables.cells import tab_text
from soundpost.archive.tables.files import recording_table


def read(path: Path) -> list[tuple[float, float, str]]:
    """Reads a label track in the standard format, which has no lines of frequencies."""
    labels = []
    for line in path.read_text(encoding="utf-8").splitlines():
        begin, end, name = line.split("\t")
        labels.append((float(begin), float(end), name))
    return labels


def test_a_recording_has_a_label_track_beside_its_path() -> None:
    """A label has the common name, or the name in the manifest if there is none."""
    rows = [row(), row(common_name=None)]
    with tables_of(rows, [recording()], ["audacity"]) as folder:
        text = (folder / "audacity/night/a.wav.labels.txt").read_text(encoding="utf-8")
    assert text == ("1.500000\t4.250000\tTawny Owl\n1.500000\t4.250000\tStrix aluco_Tawny Owl\n")


@given(archives())
@settings(max_examples=50, deadline=None)
def test_every_label_can_be_read_back(archive: tuple[list[Row], list[AnalyzedRecording]]) -> None:
    """One line is one event, whatever its name is."""
    rows, recordings = archive
    with tables_of(rows, recordings, ["audacity"]) as folder:
        labels = [
            label
            for item in recordings
            for label in read(recording_table(folder / "audacity", item.file, SUFFIX))
        ]
    for event, (begin, end, name) in zip(rows, labels, strict=True):
        assert begin == pytest.approx(event.begin_seconds, abs=1e-6)
        assert end == pytest.approx(event.end_seconds, abs=1e-6)
        assert name == tab_text(event.common_name or event.label)


def test_crowsetta_reads_the_labels_and_converts_them(tmp_path: Path) -> None:
    """A library for annotated animal sounds finds begin, end and name, in its own format too."""
    crowsetta = oracle("crowsetta")
    with tables_of([row()], [recording()], ["audacity"]) as folder:
        path = folder / "audacity/night/a.wav.labels.txt"
        track = crowsetta.formats.seq.AudSeq.from_file(path, notated_path="night/a.wav")
        generic = crowsetta.formats.seq.GenericSeq(annots=[track.to_annot()])
        generic.to_file(tmp_path / "generic.csv")
    (annotation,) = crowsetta.formats.seq.GenericSeq.from_file(tmp_path / "generic.csv").annots
    (segment,) = annotation.seq.segments
    assert (segment.onset_s, segment.offset_s, segment.label) == (1.5, 4.25, "Tawny Owl")
