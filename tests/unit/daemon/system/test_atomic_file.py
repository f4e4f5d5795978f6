"""Atomic file writes: a file is written completely or not at all."""

import os
from pathlib import Path

import pytest
from full_disk import Disk, files_of_at_most
from odd_files import KINDS

from soundpost.system.atomic_file import (
    open_atomic,
    probe_folder,
    set_aside,
    sync_folder,
    write_atomic,
)


def contents(folder: Path) -> dict[str, bytes]:
    """Returns the files of a folder, hidden ones included."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_replaced_file_has_the_new_content(tmp_path: Path) -> None:
    """No temporary file is left."""
    for content in (b"first" * 1000, b"second", b""):
        write_atomic(tmp_path / "clip.json", content)
        sync_folder(tmp_path)
        assert contents(tmp_path) == {"clip.json": content}


def test_other_users_cannot_read_the_file(tmp_path: Path) -> None:
    """The owner may write, the group may read."""
    write_atomic(tmp_path / "commands.json", b"muted")
    assert (tmp_path / "commands.json").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_given_mode_applies_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """Another service's user can read such a file."""
    before = os.umask(umask)
    try:
        write_atomic(tmp_path / "soundpost.prom", b"a 1", mode=0o644, is_durable=False)
    finally:
        os.umask(before)
    assert (tmp_path / "soundpost.prom").stat().st_mode & 0o777 == 0o644


def test_a_failed_write_leaves_the_old_file_alone(tmp_path: Path) -> None:
    """No part of the new content and no temporary file is left."""
    (tmp_path / "clip.flac").write_bytes(b"old")
    with files_of_at_most(1000), pytest.raises(OSError, match="too large"):
        write_atomic(tmp_path / "clip.flac", bytes(5000))
    assert contents(tmp_path) == {"clip.flac": b"old"}


def test_a_file_that_is_written_piece_by_piece_has_its_name_at_the_end(tmp_path: Path) -> None:
    """An exception before that leaves the old file, and no temporary one."""
    path = tmp_path / "events.csv"
    with open_atomic(path) as file:
        file.write(b"first ")
        assert not path.exists()
        file.write(b"second")
    assert contents(tmp_path) == {"events.csv": b"first second"}

    def fail() -> None:
        with open_atomic(path) as file:
            file.write(b"third")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert contents(tmp_path) == {"events.csv": b"first second"}


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"a folder"}))
def test_whatever_has_the_name_of_the_temporary_file_is_replaced(tmp_path: Path, kind: str) -> None:
    """A link is not followed, and a FIFO does not make the writer wait."""
    KINDS[kind](tmp_path / ".clip.json.part")
    write_atomic(tmp_path / "clip.json", b"content")
    assert contents(tmp_path) == {"clip.json": b"content"}
    assert (tmp_path / "clip.json").stat().st_mode & 0o777 == 0o640


def test_a_folder_of_that_name_is_an_error(tmp_path: Path) -> None:
    """It may have files in it."""
    (tmp_path / ".clip.json.part").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        write_atomic(tmp_path / "clip.json", b"content")
    assert (tmp_path / ".clip.json.part").is_dir()


@pytest.mark.parametrize("name", ["outbox.db", "out[1]*?.db"])
def test_only_the_latest_damaged_files_are_kept(tmp_path: Path, name: str) -> None:
    """This holds for any name; other files stay."""
    (tmp_path / "outbox.db.damaged").write_text("theirs")
    for content in ("first", "second", "third", "fourth"):
        (tmp_path / name).write_text(content)
        set_aside(tmp_path / name)
    kept = sorted(path.read_text() for path in tmp_path.iterdir())
    assert kept == ["fourth", "theirs", "third"]


def test_a_full_disk_keeps_what_it_had(disk: Disk) -> None:
    """The temporary file takes no space on it."""
    path = disk.folder / "commands.json"
    write_atomic(path, b"old" * 3000)
    disk.fill()
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, b"new" * 3000)
    assert [file.name for file in disk.folder.glob(".*")] == []
    assert path.read_bytes() == b"old" * 3000


def test_any_exception_leaves_no_file(tmp_path: Path) -> None:
    """The disk is not the only cause of failures."""
    with pytest.raises(TypeError):
        write_atomic(tmp_path / "clip.json", "a text")  # type: ignore[arg-type]  # on purpose
    assert contents(tmp_path) == {}


def test_a_temporary_file_of_a_killed_process_is_replaced(tmp_path: Path) -> None:
    """It does not hinder the next write."""
    (tmp_path / ".clip.json.part").write_bytes(b"half" * 1000)
    write_atomic(tmp_path / "clip.json", b"whole")
    assert contents(tmp_path) == {"clip.json": b"whole"}


def test_a_file_that_is_set_aside_keeps_its_content(tmp_path: Path) -> None:
    """Its new name has the old one and the time; files that belong to it go with it."""
    (tmp_path / "a.db").write_text("damaged")
    (tmp_path / "a.db-wal").write_text("log")
    aside = set_aside(tmp_path / "a.db", ("", "-wal", "-journal"))
    assert aside.name.startswith("a.db.damaged-")
    assert aside.read_text() == "damaged"
    assert aside.with_name(aside.name + "-wal").read_text() == "log"
    assert not (tmp_path / "a.db").exists()


def test_only_the_latest_two_are_kept_aside(tmp_path: Path) -> None:
    """A file that is damaged again and again does not fill the disk."""
    for number in range(4):
        (tmp_path / "a").write_text(str(number))
        set_aside(tmp_path / "a")
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["2", "3"]


def test_a_probe_leaves_nothing(tmp_path: Path) -> None:
    """A writable folder has the same content afterwards."""
    probe_folder(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_fails_its_probe(tmp_path: Path) -> None:
    """The error is that of the operating system."""
    with pytest.raises(FileNotFoundError):
        probe_folder(tmp_path / "gone")


def test_a_file_that_is_gone_already_needs_no_setting_aside(tmp_path: Path) -> None:
    """Files that belong to it are still set aside."""
    (tmp_path / "a.db-wal").write_text("log")
    aside = set_aside(tmp_path / "a.db", ("", "-wal"))
    assert not aside.exists()
    assert aside.with_name(aside.name + "-wal").read_text() == "log"
