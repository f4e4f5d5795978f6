"""A file comes onto the disk whole, or not at all."""

from pathlib import Path

import pytest
from full_disk import Disk, files_of_at_most

from soundpost.system.atomic_file import probe_folder, set_aside, sync_folder, write_atomic


def contents(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, the hidden ones too."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_replaced_file_is_the_new_one_whole(tmp_path: Path) -> None:
    """And no temporary one stays."""
    for content in (b"first" * 1000, b"second", b""):
        write_atomic(tmp_path / "clip.json", content)
        sync_folder(tmp_path)
        assert contents(tmp_path) == {"clip.json": content}


def test_it_is_not_for_everybody(tmp_path: Path) -> None:
    """The owner writes, the group reads."""
    write_atomic(tmp_path / "commands.json", b"muted")
    assert (tmp_path / "commands.json").stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_written_whole_leaves_nothing(tmp_path: Path) -> None:
    """Neither the half nor the temporary one; the one that stood there stays."""
    (tmp_path / "clip.flac").write_bytes(b"old")
    with files_of_at_most(1000), pytest.raises(OSError, match="too large"):
        write_atomic(tmp_path / "clip.flac", bytes(5000))
    assert contents(tmp_path) == {"clip.flac": b"old"}


def test_a_full_disk_keeps_what_it_had(disk: Disk) -> None:
    """And has no less room for it than before."""
    path = disk.folder / "commands.json"
    write_atomic(path, b"old" * 3000)
    disk.fill()
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, b"new" * 3000)
    assert [file.name for file in disk.folder.glob(".*")] == []
    assert path.read_bytes() == b"old" * 3000


def test_whatever_interrupts_it_leaves_nothing(tmp_path: Path) -> None:
    """It need not be the disk that fails."""
    with pytest.raises(TypeError):
        write_atomic(tmp_path / "clip.json", "no bytes")  # type: ignore[arg-type]  # on purpose
    assert contents(tmp_path) == {}


def test_what_a_killed_one_left_behind_is_no_hindrance(tmp_path: Path) -> None:
    """The next one takes its place."""
    (tmp_path / ".clip.json.part").write_bytes(b"half" * 1000)
    write_atomic(tmp_path / "clip.json", b"whole")
    assert contents(tmp_path) == {"clip.json": b"whole"}


def test_a_file_that_is_set_aside_keeps_its_content(tmp_path: Path) -> None:
    """Its name says what it was and when; files that belong to it go with it."""
    (tmp_path / "a.db").write_text("damaged")
    (tmp_path / "a.db-wal").write_text("log")
    aside = set_aside(tmp_path / "a.db", ("", "-wal", "-journal"))
    assert aside.name.startswith("a.db.damaged-")
    assert aside.read_text() == "damaged"
    assert aside.with_name(aside.name + "-wal").read_text() == "log"
    assert not (tmp_path / "a.db").exists()


def test_only_the_latest_two_are_kept_aside(tmp_path: Path) -> None:
    """What is damaged again and again does not fill the disk."""
    for number in range(4):
        (tmp_path / "a").write_text(str(number))
        set_aside(tmp_path / "a")
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["2", "3"]


def test_a_probe_leaves_nothing(tmp_path: Path) -> None:
    """A folder that can be written holds what it held."""
    probe_folder(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_fails_its_probe(tmp_path: Path) -> None:
    """The operating system says why."""
    with pytest.raises(FileNotFoundError):
        probe_folder(tmp_path / "gone")
