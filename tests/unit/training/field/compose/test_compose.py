"""A field folder is composed of what the sources hold out, and can be evaluated."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.dataset.paths import data_folder
from soundpost_training.errors import TrainingError
from soundpost_training.field.compose import compose as composing
from soundpost_training.field.compose import material, negatives
from soundpost_training.field.compose.compose import compose_field
from soundpost_training.field.recordings.field_set import read_field_set
from soundpost_training.field.score.label_names import build_vocabulary
from soundpost_training.sources.recording import SourceRecording

CLIPS, SLICES = 12, 40

pytestmark = pytest.mark.skipif(
    not all(data_folder(name).is_dir() for name in ("esc50", "urbansound8k", "ambience")),
    reason=f"needs three corpora in SOUNDPOST_DATA ({os.environ.get('SOUNDPOST_DATA')})",
)


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes little of each source, and no Debian package, so that the test takes seconds."""
    clips, slices = material.esc50_clips()[::30], material.urbansound8k_slices()[::12]
    ambience = [each for each in material.ambience() if each.path.stem == composing.AROUND_SOUNDS]

    def packages(_: Path) -> tuple[list[SourceRecording], list[str]]:
        return [], ["asterisk-moh-opsound-g722: no network"]

    monkeypatch.setattr(material, "esc50_clips", lambda: clips)
    monkeypatch.setattr(material, "urbansound8k_slices", lambda: slices)
    monkeypatch.setattr(material, "ambience", lambda: ambience)
    monkeypatch.setattr(material, "packages", packages)
    monkeypatch.setattr(negatives, "MADE_RECORDINGS", 1)
    monkeypatch.setattr(negatives, "MADE_SECONDS", 4.0)


def test_a_place_of_ones_own_is_not_overwritten(tmp_path: Path) -> None:
    """Its annotations would be lost, and its negatives mixed with others."""
    (tmp_path / "negatives").mkdir()
    table = tmp_path / "annotations.csv"
    table.write_text("file,label,onset,offset\nyard.flac,dog,1,2\n")
    with pytest.raises(TrainingError, match="is not replaced"):
        compose_field(tmp_path, read_label_map(), tmp_path, with_shared=True)
    assert "yard.flac" in table.read_text()
    assert not (tmp_path / "events").exists()


@pytest.mark.usefixtures("little")
def test_the_folder_can_be_read_and_names_what_is_missing(tmp_path: Path) -> None:
    """The same material gives the same files."""
    label_map = read_label_map()
    composed = compose_field(tmp_path / "a", label_map, tmp_path, with_shared=True)
    field_set = read_field_set(tmp_path / "a", build_vocabulary([], label_map))
    assert len(field_set.recordings) == composed.recordings
    assert sum(len(each.sounds) for each in field_set.recordings) == composed.annotated > 0
    sounds = [sound for each in field_set.recordings for sound in each.sounds]
    assert {sound.is_background for sound in sounds} == {True, False}
    assert {"room_noise", "drones", "ambience"} <= {each.kind for each in field_set.recordings}
    assert "asterisk-moh-opsound-g722: no network" in composed.left_out
    assert "speech: debian has no speech" in composed.left_out
    older = tmp_path / "b" / "events" / "esc50" / "older.flac"
    older.parent.mkdir(parents=True)
    older.touch()
    again = compose_field(tmp_path / "b", label_map, tmp_path, with_shared=True)
    assert (again.recordings, again.left_out) == (composed.recordings, composed.left_out)
    assert (again.older, composed.older) == (("events/esc50/older.flac",), ())
    older.unlink()
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*"))
    assert files == sorted(
        path.relative_to(tmp_path / "b") for path in (tmp_path / "b").rglob("*.*")
    )
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def contents(folder: Path) -> dict[str, bytes]:
    """Returns the bytes of all files of a folder by their path in it."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_nothing_is_used_that_a_network_may_be_trained_on() -> None:
    """Fold 5 of ESC-50, fold 10 of UrbanSound8K without overlap, a third of the ambience."""
    assert {clip.fold for clip in material.esc50_clips()} == {5}
    slices = material.urbansound8k_slices()
    assert {each.clip.fold for each in slices} == {10}
    numbers = Counter(int(each.clip.path.stem.rpartition("-")[2]) % 2 for each in slices)
    assert set(numbers) == {0}
    with (data_folder("urbansound8k") / "metadata" / "UrbanSound8K.csv").open() as table:
        shared = {row["fsID"] for row in csv.DictReader(table) if row["in_esc50"] == "1"}
    assert {each.clip.group for each in slices if each.is_in_esc50} <= shared
    assert not {each.clip.group for each in slices if not each.is_in_esc50} & shared
    assert 0 < len(material.ambience()) < 12
    assert all(each.held_out for each in material.ambience())
