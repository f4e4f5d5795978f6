"""Opening a file of a clip by a name from outside."""

import os
from pathlib import Path

import pytest

from soundpost.evidence.store.clip_file import ClipFile, is_clip_file
from soundpost.evidence.store.read_clip import LARGEST_FILE_BYTES
from soundpost.messages.command import LARGEST_CLIP_BYTES

NAME = "20261120T073121Z-dog-6da2fa14.flac"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../" + NAME,
        "/etc/passwd",
        NAME + "\n",
        NAME + "\0",
        NAME.replace(".flac", ""),
        NAME.replace(".flac", ".txt"),
        NAME.replace(".flac", ".json/../../secret.json"),
        NAME.replace("dog", "dog/../dog"),
        NAME.replace("dog", "d%2fog"),
        NAME.replace("T07", "T27"),
        f".{NAME}.part",
    ],
)
def test_no_other_name_is_opened(tmp_path: Path, name: str) -> None:
    """So no name leaves the folder."""
    assert not is_clip_file(name)
    with pytest.raises(FileNotFoundError):
        ClipFile(tmp_path, name)


def test_only_regular_files_of_a_sensible_size_are_opened(tmp_path: Path) -> None:
    """No link, no pipe, no folder, no sparse file."""
    path = tmp_path / NAME
    (tmp_path / "secret").write_bytes(b"secret")
    path.symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="a link"):
        ClipFile(tmp_path, NAME)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(OSError, match="a pipe"):
        ClipFile(tmp_path, NAME)
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError, match="a folder"):
        ClipFile(tmp_path, NAME)
    path.rmdir()
    path.touch()
    os.truncate(path, LARGEST_FILE_BYTES + 1)
    with pytest.raises(OSError, match="bytes"):
        ClipFile(tmp_path, NAME)


def test_a_file_is_read_by_position_also_after_its_removal(tmp_path: Path) -> None:
    """As by a player that seeks."""
    (tmp_path / NAME).write_bytes(b"0123456789")
    file = ClipFile(tmp_path, NAME)
    (tmp_path / NAME).unlink()
    assert file.size_bytes == 10
    assert file.read(4, 3) == b"456"
    assert file.read(8, 100) == b"89"
    assert file.read(10, 1) == b""
    file.close()


def test_the_largest_file_is_the_same_on_the_wire() -> None:
    """The command cannot name a position behind it."""
    assert LARGEST_FILE_BYTES == LARGEST_CLIP_BYTES
