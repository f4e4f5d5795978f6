"""Annotated sounds are found by the names of recordings, with the labels of the bundle."""

import unicodedata
from pathlib import Path

import pytest

from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.annotated_sounds import read_annotated_sounds
from soundpost_training.field.recordings.sound import Sound
from soundpost_training.field.recordings.vocabulary import Vocabulary

WORDS = Vocabulary(["hiss", "hum", "hush"], aliases=[("hiss", "steam")])


@pytest.fixture
def paths(folder: Path) -> dict[str, Path]:
    """Provides the recordings of the field folder by name."""
    return {name: folder / name for name in ("yard.flac", "street/gate.wav")}


def test_a_label_is_translated_and_an_offset_may_be_rounded_up(
    folder: Path, paths: dict[str, Path]
) -> None:
    """By a quarter of a second beyond the end, no more."""
    table = folder / "annotations.csv"
    table.write_text("file,label,onset,offset\nyard.flac,steam,1,10.2\n")
    sounds = read_annotated_sounds(folder, paths, WORDS)
    assert sounds == {"yard.flac": [Sound(1.0, 10.2, "hiss")]}
    table.write_text("file,label,onset,offset\nyard.flac,steam,1,10.3\n")
    with pytest.raises(DatasetError, match=r"line 2: expected times within the 10\.00 s"):
        read_annotated_sounds(folder, paths, WORDS)


def test_without_a_table_labels_beside_the_recordings_are_read(
    folder: Path, paths: dict[str, Path]
) -> None:
    """Of Audacity and of Raven; without any there are no sounds."""
    (folder / "annotations.csv").unlink()
    assert read_annotated_sounds(folder, paths, WORDS) == {}
    (folder / "yard.txt").write_text("1.0\t2.0\thum\n")
    (folder / "street" / "gate.Table.1.selections.txt").write_text(
        "Begin Time (s)\tEnd Time (s)\tSpecies\n3.0\t4.0\thush\n"
    )
    assert read_annotated_sounds(folder, paths, WORDS) == {
        "yard.flac": [Sound(1.0, 2.0, "hum")],
        "street/gate.wav": [Sound(3.0, 4.0, "hush")],
    }


def test_a_recording_that_cannot_be_read_is_named(folder: Path, paths: dict[str, Path]) -> None:
    """Its length is needed to check the times."""
    (folder / "yard.flac").write_bytes(b"no sound")
    with pytest.raises(DatasetError, match=r"yard\.flac"):
        read_annotated_sounds(folder, paths, WORDS)


def test_a_name_may_have_its_letters_composed_otherwise(
    folder: Path, paths: dict[str, Path]
) -> None:
    """A Mac stores the ü of a name as two signs, and a table typed by hand has one."""
    stored, typed = (unicodedata.normalize(form, "Tür.flac") for form in ("NFD", "NFC"))
    (folder / "yard.flac").rename(folder / stored)
    paths = {stored: folder / stored}
    (folder / "annotations.csv").write_text(
        f"file,label,onset,offset\n{typed},hum,1,2\n", encoding="utf-8"
    )
    assert read_annotated_sounds(folder, paths, WORDS) == {stored: [Sound(1.0, 2.0, "hum")]}
