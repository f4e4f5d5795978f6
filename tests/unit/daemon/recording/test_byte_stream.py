"""The bytes of files and pipes, read forward."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from soundpost.recording.byte_stream import ByteStream

CONTENT = b"0123456789"


@pytest.fixture(params=["file", "pipe"])
def stream(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ByteStream]:
    """Provides the same ten bytes as a file and as a pipe."""
    if request.param == "file":
        (tmp_path / "x").write_bytes(CONTENT)
        reader = os.open(tmp_path / "x", os.O_RDONLY)
        size = len(CONTENT)
    else:
        reader, writer = os.pipe()
        os.write(writer, CONTENT)
        os.close(writer)
    is_file = request.param == "file"
    yield ByteStream(reader, size if is_file else None, lambda: False)
    os.close(reader)


def test_reading_and_peeking(stream: ByteStream) -> None:
    """A look ahead does not move; a read moves, and is shorter at the end."""
    assert stream.peek(3) == b"012"
    assert stream.read(4) == b"0123"
    assert stream.position == 4
    stream.skip_to(8)
    assert stream.read_available(100) == b"89"
    assert stream.read_available(100) == b""
    assert stream.peek(1) == stream.read(1) == b""


def test_an_unreadable_part_ends_a_file_early() -> None:
    """As a bad sector does: the memory of a process is not readable at 0."""
    reader = os.open("/proc/self/mem", os.O_RDONLY)
    assert ByteStream(reader, 100, lambda: False).read(10) == b""
    os.close(reader)


def test_the_last_hole_of_a_sparse_file_is_found_at_once(tmp_path: Path) -> None:
    """Terabytes of nothing are not read; the position of the descriptor stays at the start."""
    with (tmp_path / "x").open("w+b") as file:
        file.write(CONTENT)
        file.truncate(1 << 40)
        stream = ByteStream(file.fileno(), 1 << 40, lambda: False)
        end = stream.end_of_data(4)
        assert len(CONTENT) <= end <= 1 << 40
        assert end < 1 << 20 or stream.read_at(end - 1, 1)  # where the file system has no holes
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 0


def test_rewinding(stream: ByteStream) -> None:
    """The bytes that were read to recognise the format are there again."""
    stream.read(4)
    stream.skip_to(6)
    stream.rewind()
    assert stream.read(20) == CONTENT


def test_a_pipe_that_was_forgotten_cannot_be_rewound() -> None:
    """From the first sound on nothing is kept in memory."""
    reader, writer = os.pipe()
    os.write(writer, CONTENT)
    stream = ByteStream(reader, None, lambda: False)
    stream.forget()
    stream.read(10)
    with pytest.raises(ValueError, match="10"):
        stream.rewind()
    os.close(reader)
    os.close(writer)


def test_a_pipe_without_data_is_not_at_its_end() -> None:
    """None for now, b"" once the writer has gone or the reader is stopped."""
    reader, writer = os.pipe()
    stream = ByteStream(reader, None, lambda: False, stall_seconds=0.2)
    assert stream.read_available(5) is None
    assert stream.read(5) == b""
    os.write(writer, b"ab")
    assert stream.read_available(5) == b"ab"
    os.close(writer)
    assert stream.read_available(5) == b""
    os.close(reader)


def test_a_stopped_pipe_is_at_its_end() -> None:
    """The wait ends although the writer is still there."""
    reader, writer = os.pipe()
    stream = ByteStream(reader, None, lambda: True)
    assert stream.read_available(5) == b""
    os.close(reader)
    os.close(writer)
