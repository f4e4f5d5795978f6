"""Reading of regular files: nothing else is opened, and no more than allowed is read."""

import os
from pathlib import Path

import pytest

from soundpost.system.regular_file import read_regular, refuse_irregular


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    """Through links, and up to the largest size."""
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("a")
    assert read_regular(tmp_path / "link", 3) == b"abc"


def test_a_larger_file_is_refused(tmp_path: Path) -> None:
    """The bound is exact."""
    (tmp_path / "a").write_bytes(b"abc")
    with pytest.raises(OSError, match="it is larger than"):
        read_regular(tmp_path / "a", 2)


def test_a_file_of_proc_without_a_size_is_read() -> None:
    """The kernel reports 0 bytes for it."""
    assert read_regular(Path("/proc/self/status"), 100_000).startswith(b"Name:")


def test_a_pipe_is_refused_without_opening_it(tmp_path: Path) -> None:
    """Opening it would wait; an open for reading would end a writer's wait."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="it is a pipe, not a file"):
        read_regular(tmp_path / "pipe", 10)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/dev/zero", "it is a device"),
        ("/dev", "Is a directory"),
        ("/absent", "No such file"),
        ("/etc/passwd/x", "Not a directory"),
        ("/" + "x" * 300, "File name too long"),
        ("/a\0b", "no file can have this name"),
        ("/\ud800", "no file can have this name"),
    ],
)
def test_the_reason_is_one_line(path: str, reason: str) -> None:
    """The caller shows `strerror`."""
    with pytest.raises(OSError, match=r".") as caught:
        refuse_irregular(Path(path))
    assert reason in str(caught.value.strerror)
    assert "\n" not in str(caught.value.strerror)
