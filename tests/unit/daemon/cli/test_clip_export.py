"""The export of clips into a folder that may be hostile."""

import os
import shutil
from pathlib import Path

import pytest
from evidence_harness import Event, EvidenceNode
from full_disk import files_of_at_most
from odd_files import STEM, write_sidecar

from soundpost import cli
from soundpost.audio import Pcm

SUFFIXES = (".json", ".png", ".flac")


@pytest.fixture
def clips(folder: Path, noise: Pcm) -> Path:
    """A folder with one clip."""
    EvidenceNode(folder).run(noise, [Event(16_000, 24_000)])
    return folder


def export(clips: Path, target: Path) -> int:
    """Runs the command; returns its exit status."""
    return cli.main(["clips", "--evidence", str(clips), "--export", str(target)])


def contents(folder: Path) -> dict[str, bytes]:
    """Returns the files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_link_in_the_folder_of_clips_is_not_followed(
    clips: Path, tmp_path: Path, suffix: str
) -> None:
    """A file that only the user of the command may read does not get out by it."""
    secret = tmp_path / "secret"
    secret.write_text("a password")
    write_sidecar(clips)
    for other in SUFFIXES[1:]:
        (clips / f"{STEM}{other}").write_bytes(b"content")
    (clips / f"{STEM}{suffix}").unlink()
    (clips / f"{STEM}{suffix}").symlink_to(secret)
    assert export(clips, tmp_path / "out") == 0
    assert len(contents(tmp_path / "out")) == 3
    assert b"a password" not in contents(tmp_path / "out").values()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("kind", ["link", "link to nothing", "hard link", "file", "FIFO", "folder"])
def test_no_file_is_overwritten(
    clips: Path, tmp_path: Path, suffix: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever has the name of a file of a clip there stays; the other files are copied."""
    target, theirs = tmp_path / "out", tmp_path / "theirs"
    target.mkdir()
    theirs.write_text("theirs")
    name = next(clips.glob(f"*{suffix}")).name
    match kind:
        case "link":
            (target / name).symlink_to(theirs)
        case "link to nothing":
            (target / name).symlink_to(tmp_path / "new")
        case "hard link":
            (target / name).hardlink_to(theirs)
        case "file":
            (target / name).write_text("theirs")
        case "FIFO":
            os.mkfifo(target / name)
        case "folder":
            (target / name).mkdir()
    before = (target / name).lstat()
    assert export(clips, target) == 1
    after = (target / name).lstat()
    assert (after.st_ino, after.st_size) == (before.st_ino, before.st_size)
    assert theirs.read_text() == "theirs"
    assert not (tmp_path / "new").exists()
    assert "not overwritten" in caplog.text
    assert "export to a new folder" in caplog.text
    copied = {path.name for path in target.iterdir() if path.name != name}
    assert copied == {path.name for path in clips.iterdir() if path.name != name}


def test_the_same_export_can_be_repeated(clips: Path, tmp_path: Path) -> None:
    """Files that were copied before are left as they are, and new clips are added."""
    target = tmp_path / "out"
    assert export(clips, target) == 0
    before = contents(target)
    assert before == contents(clips)
    assert export(clips, target) == 0
    assert contents(target) == before
    assert export(clips, clips) == 0
    assert contents(clips) == before


def test_copies_keep_their_time_and_are_private(clips: Path, tmp_path: Path) -> None:
    """A clip may contain speech."""
    os.utime(next(clips.glob("*.flac")), (1_000_000, 2_000_000))
    export(clips, tmp_path / "out")
    copy = next((tmp_path / "out").glob("*.flac")).stat()
    assert (copy.st_mtime, copy.st_mode & 0o137) == (2_000_000, 0)


def test_a_link_as_the_folder_of_the_export_is_refused(
    clips: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In a folder that others can write to, it may have been put there by another user."""
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    assert export(clips, tmp_path / "out") == 1
    assert f"{tmp_path / 'out'} is a link to {tmp_path / 'real'}" in caplog.text
    assert list((tmp_path / "real").iterdir()) == []


def test_a_linked_folder_of_clips_is_read(clips: Path, tmp_path: Path) -> None:
    """It is in the configuration, often as a link to another disk."""
    (tmp_path / "link").symlink_to(clips)
    assert export(tmp_path / "link", tmp_path / "out") == 0
    assert contents(tmp_path / "out") == contents(clips)


def test_after_a_failure_no_partial_copy_is_left(
    clips: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A FLAC that is cut short would look like evidence."""
    target = tmp_path / "out"
    target.mkdir()
    with files_of_at_most(600):
        assert export(clips, target) == 1
    assert "File too large" in caplog.text
    assert all(path.suffix == ".json" for path in target.iterdir())
    shutil.rmtree(target)
