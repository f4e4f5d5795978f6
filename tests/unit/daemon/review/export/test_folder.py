"""A training folder: complete or not there, with sounds, a table and an experiment."""

import csv
import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from full_disk import Disk
from review_events import event_id, write_event_clip

from soundpost.errors import ReviewError
from soundpost.review import Decision, ReviewStore, Selection, Verdict
from soundpost.review.export.choose import choose
from soundpost.review.export.folder import Exported, export_folder
from soundpost.review.origins.import_events import import_events


@pytest.fixture
def store(tmp_path: Path) -> ReviewStore:
    """Six reviewed clips, five minutes apart: four right, one relabelled, one wrong."""
    store = ReviewStore(tmp_path / "review.db")
    for number in range(6):
        write_event_clip(tmp_path / "clips", number * 5, "dog")
    import_events(store, tmp_path / "clips")
    ids = [event_id(number * 5) for number in range(6)]
    store.record([Decision(each, Verdict.RIGHT) for each in ids[:4]])
    store.record([Decision(ids[4], Verdict.RELABELLED, "fox")])
    store.record([Decision(ids[5], Verdict.WRONG)])
    return store


def export(store: ReviewStore, folder: Path) -> Exported:
    """Exports all events."""
    events = store.events(Selection())
    return export_folder(choose(events, events).chosen, folder)


def table(folder: Path) -> list[dict[str, str]]:
    """Returns the rows of the table."""
    with (folder / "labels.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_lists_every_sound_with_its_label_and_group(
    store: ReviewStore, tmp_path: Path
) -> None:
    """Each sound is lossless, with a second before and after the event."""
    exported = export(store, tmp_path / "new" / "out")
    assert exported.labels == {"dog": 4, "fox": 1, "background": 1}
    assert exported.groups == {"dog": 3, "fox": 1, "background": 1}
    rows = table(tmp_path / "new" / "out")
    assert [row["label"] for row in rows] == ["dog"] * 4 + ["fox", "background"]
    assert [row["verdict"] for row in rows] == ["right"] * 4 + ["relabelled", "wrong"]
    clips = sorted((tmp_path / "clips").glob("*.flac"))
    for row, clip in zip(rows, clips, strict=True):
        copy, rate_hz = soundfile.read(tmp_path / "new" / "out" / row["path"], dtype="int16")
        assert np.array_equal(copy, soundfile.read(clip, dtype="int16")[0])
        assert rate_hz == 16_000


def test_the_experiment_reads_the_folder(store: ReviewStore, tmp_path: Path) -> None:
    """Its path is absolute, and the wrong events are its background."""
    folder = tmp_path / 'Mein Garten "1" \\ 鳥 \x7f'
    export(store, folder)
    experiment = tomllib.loads((folder / "experiment.toml").read_text())
    assert experiment["data"] == {
        "kind": "csv",
        "folder": str(folder),
        "folds": 2,
        "background": ["background"],
    }
    assert experiment["name"] == experiment["bundle"]["id"] == "mein-garten-1"


def test_an_export_is_the_same_to_the_byte(store: ReviewStore, tmp_path: Path) -> None:
    """No time of writing, no random name."""
    for name in ("a/out", "b/out"):
        export(store, tmp_path / name)

    def content(folder: Path) -> dict[str, bytes]:
        files = [path for path in folder.rglob("*") if path.is_file()]
        kept = [path for path in files if path.name != "experiment.toml"]  # has the path
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in kept}

    assert content(tmp_path / "a/out") == content(tmp_path / "b/out")
    assert len(content(tmp_path / "a/out")) == 7


def test_a_folder_with_files_is_refused_and_an_empty_one_is_used(
    store: ReviewStore, tmp_path: Path
) -> None:
    """A link is refused too: it may lead anywhere."""
    used = tmp_path / "used"
    used.mkdir()
    export(store, used)
    with pytest.raises(ReviewError, match="not empty"):
        export(store, used)
    (tmp_path / "link").symlink_to(used)
    with pytest.raises(ReviewError, match="not empty"):
        export(store, tmp_path / "link")
    with pytest.raises(ReviewError):
        export(store, used / "labels.csv")


def test_sounds_that_are_gone_silent_or_under_two_labels_are_counted(
    store: ReviewStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Training would refuse silence under two labels, and a sound under two."""
    clips = sorted((tmp_path / "clips").glob("*.flac"))
    clips[0].unlink()
    soundfile.write(clips[1], np.zeros(64_000, np.int16), 16_000)
    clips[4].write_bytes(clips[2].read_bytes())
    exported = export(store, tmp_path / "out")
    assert (exported.unreadable, exported.silent, exported.copies) == (1, 1, 1)
    assert exported.labels == {"dog": 2, "background": 1}
    assert clips[0].name in caplog.text
    assert not (tmp_path / "out" / "fox").exists()


def test_without_a_sound_there_is_an_error_and_no_folder(
    store: ReviewStore, tmp_path: Path
) -> None:
    """The hint says what is exported."""
    with pytest.raises(ReviewError, match="no sound to export") as raised:
        export_folder([], tmp_path / "out")
    assert "right, wrong or relabelled" in raised.value.hint
    assert not (tmp_path / "out").exists()
    assert store.events(Selection())


def test_a_full_disk_leaves_nothing_behind(store: ReviewStore, disk: Disk) -> None:
    """Neither the folder nor a part of it."""
    disk.fill()
    with pytest.raises(ReviewError, match="No space left"):
        export(store, disk.folder / "out")
    assert [path.name for path in disk.folder.iterdir()] == ["ballast"]
    disk.empty()
    export(store, disk.folder / "out")
    assert len(table(disk.folder / "out")) == 6


def test_other_users_may_not_read_the_sounds(store: ReviewStore, tmp_path: Path) -> None:
    """Recordings are private to the owner and the group."""
    export(store, tmp_path / "out")
    paths = [tmp_path / "out", *(tmp_path / "out").rglob("*")]
    assert not [path for path in paths if path.stat().st_mode & 0o007]
