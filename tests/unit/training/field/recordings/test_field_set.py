"""A field folder says which events are right, which are false, and which are neither."""

import shutil
from pathlib import Path

import pytest

from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.field_set import read_field_set, read_negatives
from soundpost_training.field.recordings.recording import FieldRecording
from soundpost_training.field.recordings.vocabulary import Vocabulary

WORDS = Vocabulary(["hiss", "hum", "hush"], groups={"quiet": ["hum", "hush"]})


def recordings_of(folder: Path) -> dict[str, FieldRecording]:
    """Returns the recordings of a field folder by name."""
    return {each.name: each for each in read_field_set(folder, WORDS).recordings}


def checked_labels(recording: FieldRecording) -> set[str]:
    """Returns the labels whose events are false where no annotation has the sound."""
    return {label for label in ("hiss", "hum", "hush") if recording.is_checked(label)}


def test_an_annotated_recording_is_checked_for_its_own_labels(folder: Path) -> None:
    """Nothing is known of the others: an event of theirs is neither right nor false."""
    recordings = recordings_of(folder)
    assert {name: each.kind for name, each in recordings.items()} == {
        "negatives/kitchen/pans.flac": "kitchen",
        "negatives/wind/roof.flac": "wind",
        "street/gate.wav": "",
        "yard.flac": "",
    }
    assert checked_labels(recordings["yard.flac"]) == {"hiss", "hum"}
    assert checked_labels(recordings["street/gate.wav"]) == {"hiss"}


def test_negatives_are_checked_for_every_label_but_those_that_may_sound(folder: Path) -> None:
    """The name of a kind, a folder, a file, a group: each may be in the table."""
    recordings = recordings_of(folder)
    assert checked_labels(recordings["negatives/kitchen/pans.flac"]) == {"hiss", "hum", "hush"}
    assert checked_labels(recordings["negatives/wind/roof.flac"]) == {"hiss", "hush"}
    (folder / "sounds.csv").write_text(
        "folder,label\nnegatives/kitchen/pans.flac,quiet\nnegatives,hiss\n"
    )
    recordings = recordings_of(folder)
    assert checked_labels(recordings["negatives/kitchen/pans.flac"]) == set()
    assert checked_labels(recordings["negatives/wind/roof.flac"]) == {"hum", "hush"}


def test_a_recording_can_be_checked_for_labels_that_it_does_not_have(folder: Path) -> None:
    """By a table: for some labels, or for all."""
    (folder / "checked.csv").write_text("folder,label\nyard.flac,*\nstreet,hum\n")
    recordings = recordings_of(folder)
    assert checked_labels(recordings["yard.flac"]) == {"hiss", "hum", "hush"}
    assert checked_labels(recordings["street/gate.wav"]) == {"hiss", "hum"}


def test_a_file_name_alone_names_a_recording_in_any_folder(folder: Path) -> None:
    """Unless two have it."""
    table = folder / "annotations.csv"
    table.write_text("file,label,onset,offset\ngate.wav,hiss,2,3\nstreet\\gate.wav,hum,4,5\n")
    assert [sound.label for sound in recordings_of(folder)["street/gate.wav"].sounds] == [
        "hiss",
        "hum",
    ]
    shutil.copy(folder / "street" / "gate.wav", folder / "gate.wav")
    (folder / "yard").mkdir()
    shutil.copy(folder / "street" / "gate.wav", folder / "yard" / "wall.wav")
    shutil.copy(folder / "street" / "gate.wav", folder / "street" / "wall.wav")
    table.write_text("file,label,onset,offset\nwall.wav,hiss,2,3\n")
    with pytest.raises(DatasetError, match=r"line 2: .* got several: street/wall.wav, yard/wall"):
        read_field_set(folder, WORDS)


@pytest.mark.parametrize(
    ("row", "expected", "hint"),
    [
        ("yrad.flac,hiss,1,2", "got none of the name 'yrad.flac'", "did you mean yard.flac?"),
        ("yard.flac,his,1,2", "expected a label, got 'his'", "did you mean hiss?"),
        ("yard.flac,hiss,9,11", "expected times within the 10.00 s", "from the start"),
        ("../secret.wav,hiss,1,2", "got none of the name", "known:"),
    ],
)
def test_an_annotation_that_fits_nothing_is_refused(
    folder: Path, row: str, expected: str, hint: str
) -> None:
    """With file and line, and what to do."""
    (folder / "annotations.csv").write_text(f"file,label,onset,offset\n{row}\n")
    with pytest.raises(DatasetError) as refused:
        read_field_set(folder, WORDS)
    assert "annotations.csv, line 2" in str(refused.value)
    assert expected in str(refused.value)
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("atic,hum", "expected a file or folder"),
        ("/etc,hum", "expected a file or folder"),
        ("../field,hum", "expected a file or folder"),
        ("wind,", "expected a label"),
        ("wind,hmu", "expected a label, got 'hmu'"),
        (",hum", "expected a file or folder"),
    ],
)
def test_a_wrong_row_of_the_other_tables_is_refused(folder: Path, row: str, expected: str) -> None:
    """A typing error there would count right events as false ones."""
    (folder / "sounds.csv").write_text(f"folder,label\n{row}\n")
    with pytest.raises(DatasetError) as refused:
        read_field_set(folder, WORDS)
    assert "sounds.csv, line 2" in str(refused.value)
    assert expected in str(refused.value)


def test_labels_beside_a_recording_are_read_unless_the_table_has_it(folder: Path) -> None:
    """Two places could contradict each other."""
    (folder / "street" / "gate.txt").write_text("4.0\t5.0\thush\n")
    with pytest.raises(DatasetError, match=r"expected the sounds of street/gate\.wav in one place"):
        read_field_set(folder, WORDS)
    (folder / "annotations.csv").write_text("file,label,onset,offset\nyard.flac,hiss,1,2\n")
    assert [each.label for each in recordings_of(folder)["street/gate.wav"].sounds] == ["hush"]


def test_a_recording_of_which_nothing_is_known_is_named(folder: Path) -> None:
    """It cannot be scored."""
    shutil.copy(folder / "yard.flac", folder / "extra.flac")
    field_set = read_field_set(folder, WORDS)
    assert "extra.flac: no annotation" in field_set.left_out
    assert (field_set.labels, field_set.sound_count("hiss")) == (("hiss", "hum"), 2)
    with pytest.raises(DatasetError, match="expected annotated recordings or negatives"):
        read_field_set(folder / "street", WORDS)
    with pytest.raises(DatasetError, match="which is not there"):
        read_field_set(folder / "nowhere", WORDS)


def test_a_plain_folder_can_be_taken_for_negatives(folder: Path) -> None:
    """Its folders are the kinds; a field folder keeps its own negatives."""
    # A sound of the bundle that did get in may be annotated.
    (folder / "negatives" / "wind" / "roof.txt").write_text("1\t2\thum\n")
    kinds = {
        each.name: each.kind for each in read_negatives(folder / "negatives", WORDS).recordings
    }
    assert kinds == {"kitchen/pans.flac": "kitchen", "wind/roof.flac": "wind"}
    assert len(read_negatives(folder, WORDS).recordings) == len(recordings_of(folder))


def test_annotated_recordings_are_no_negatives(folder: Path) -> None:
    """The right event of a sound that nobody annotated would count as a false one."""
    shutil.rmtree(folder / "negatives")
    (folder / "sounds.csv").unlink()
    with pytest.raises(DatasetError, match=r"expected negatives in .*: street/gate\.wav, yard"):
        read_negatives(folder, WORDS)
    (folder / "negatives").mkdir()
    with pytest.raises(DatasetError, match="expected negatives in"):
        read_negatives(folder, WORDS)


def test_a_link_to_a_recording_does_not_count_twice(folder: Path) -> None:
    """Hours and false events would be doubled; the annotated name stays."""
    (folder / "negatives" / "kitchen" / "again.flac").symlink_to(
        folder / "negatives" / "kitchen" / "pans.flac"
    )
    (folder / "a.flac").symlink_to(folder / "yard.flac")
    (folder / "checked.csv").write_text("folder,label\na.flac,*\n")
    field_set = read_field_set(folder, WORDS)
    assert [each.name for each in field_set.recordings] == [
        "negatives/kitchen/again.flac",
        "negatives/wind/roof.flac",
        "street/gate.wav",
        "yard.flac",
    ]
    assert "a.flac: the same file as yard.flac" in field_set.left_out


def test_a_table_that_is_not_read_is_named(folder: Path) -> None:
    """A misspelt name would silently count right events as false ones."""
    (folder / "sounds.csv").rename(folder / "sound.csv")
    (folder / "street" / "checked.csv").write_text("folder,label\nstreet,*\n")
    left_out = read_field_set(folder, WORDS).left_out
    assert [line.split(":")[0] for line in left_out] == ["sound.csv", "street/checked.csv"]


def test_a_file_is_no_field_folder(folder: Path) -> None:
    """A recording or a table named by mistake is not called absent."""
    with pytest.raises(DatasetError, match=r"a folder of recordings, got .*yard\.flac, a file"):
        read_field_set(folder / "yard.flac", WORDS)
