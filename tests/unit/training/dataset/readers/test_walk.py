"""The folder of a label: its recordings, and everything else by its name."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from noise_recordings import record

from soundpost_training.dataset import open_dataset
from soundpost_training.dataset.readers.walk import walk
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig


@pytest.fixture
def label(tmp_path: Path) -> Path:
    """Provides the folder of a label with two recordings, one of them in a folder."""
    folder = tmp_path / "mine" / "fox"
    record(folder / "1.wav")
    record(folder / "night" / "2.wav")
    return folder


def names(folder: Path) -> list[str]:
    """Returns the paths of the recordings within a folder."""
    return [str(path.relative_to(folder)) for path in walk(folder).files]


def test_a_linked_folder_is_followed(label: Path, tmp_path: Path) -> None:
    """Its recordings are in the label, under the name of the link."""
    record(tmp_path / "archive" / "old" / "3.wav")
    (label / "linked").symlink_to(tmp_path / "archive")
    assert names(label) == ["1.wav", "linked/old/3.wav", "night/2.wav"]


def test_a_folder_is_read_once(label: Path) -> None:
    """A second link to it, a link into it and a link around a loop add nothing, and are named."""
    (label / "again").symlink_to(label / "night")
    (label / "night" / "self").symlink_to(label / "night")
    (label / "night" / "up").symlink_to(label)
    (label / "all").symlink_to(label.parent)
    found = walk(label)
    assert names(label) == ["1.wav", "night/2.wav"]
    for link in ("again", "night/self", "night/up", "all"):
        assert f"{label / link} links to a folder that is read already" in found.left_out


def test_two_links_to_one_folder_are_one(label: Path, tmp_path: Path) -> None:
    """The first of them by name is followed."""
    record(tmp_path / "archive" / "3.wav")
    for link in ("a", "b"):
        (label / link).symlink_to(tmp_path / "archive")
    assert names(label) == ["1.wav", "a/3.wav", "night/2.wav"]
    assert [line for line in walk(label).left_out if "read already" in line] == [
        f"{label / 'b'} links to a folder that is read already"
    ]


def test_what_is_no_recording_is_named(label: Path) -> None:
    """FIFOs, sockets, links to devices and empty files are left out, each with the reason."""
    os.mkfifo(label / "pipe.wav")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(label / "socket"))
    (label / "null.wav").symlink_to("/dev/null")
    (label / "round.wav").symlink_to(label / "round.wav")
    (label / "nothing.wav").touch()
    found = walk(label)
    assert names(label) == ["1.wav", "night/2.wav"]
    for line in (
        "pipe.wav is a FIFO, not a recording",
        "socket is a socket, not a recording",
        "null.wav is a device, not a recording",
        "round.wav cannot be read: Too many levels of symbolic links",
        "nothing.wav cannot be read: it is empty, 0 bytes",
    ):
        assert f"{label}/{line}" in found.left_out


def test_hidden_and_system_files_are_counted(label: Path) -> None:
    """Files of macOS, Windows and network drives get one line in each folder."""
    for name in (".DS_Store", "._1.wav", "Thumbs.db", "desktop.ini"):
        (label / name).write_bytes(b"x")
    record(label / "__MACOSX" / "._1.wav")
    record(label / ".hidden" / "3.wav")
    record(label / "@eaDir" / "3.wav")
    assert names(label) == ["1.wav", "night/2.wav"]
    (line,) = walk(label).left_out
    assert line == f"7 hidden or system files in {label}: .DS_Store, ._1.wav, .hidden, …"


def test_what_may_not_be_read_is_named(label: Path) -> None:
    """A file and a folder without permission are left out, each with the reason."""
    (label / "1.wav").chmod(0)
    (label / "night").chmod(0)
    for parent in (label, *label.parents[:5]):
        if parent != Path("/tmp"):  # noqa: S108 - its own permissions stay
            parent.chmod(0o755)
    script = (
        "import os, pathlib, sys; from soundpost_training.dataset.readers.walk import walk; "
        "os.geteuid() or os.setuid(65534); "  # root may read everything
        "print(*walk(pathlib.Path(sys.argv[1])).left_out, sep='\\n')"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script, str(label)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert f"{label}/1.wav cannot be read: Permission denied" in printed
    assert f"{label}/night cannot be listed: Permission denied" in printed


def test_everything_beside_the_labels_is_named(label: Path, tmp_path: Path) -> None:
    """System folders are no labels; a FIFO, a dead link and loose recordings get a line each."""
    mine = label.parent
    record(label / "3.wav")
    for take in range(3):
        record(mine / "owl" / f"owl{take}.wav")
    record(mine / "__MACOSX" / "fox" / "._1.wav")
    record(mine / "loose.wav")
    os.mkfifo(mine / "pipe")
    (mine / "dead").symlink_to(tmp_path / "gone")
    dataset = open_dataset(DataConfig(kind="folders", folder=str(mine), folds=2))
    assert dataset.labels == ("fox", "owl")
    assert set(dataset.left_out) == {
        f"{mine}/dead is a link to a folder that is not there",
        f"{mine}/pipe is a FIFO, not a recording",
        f"{mine}/loose.wav is in no label's folder",
    }


def test_a_label_of_left_out_files_is_refused_with_the_reasons(label: Path) -> None:
    """The error says what was found instead of recordings."""
    owl = label.parent / "owl"
    owl.mkdir()
    os.mkfifo(owl / "pipe.wav")
    with pytest.raises(DatasetError, match="no recordings of owl") as caught:
        open_dataset(DataConfig(kind="folders", folder=str(label.parent), folds=2))
    assert "pipe.wav is a FIFO" in caught.value.hint
