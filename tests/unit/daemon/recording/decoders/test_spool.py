"""The copy of a stream in an unnamed file."""

import os
import resource
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from soundpost.errors import CaptureError
from soundpost.recording.byte_stream import READ_BYTES, ByteStream
from soundpost.recording.decoders.spool import spool

CONTENT = bytes(range(256)) * (READ_BYTES // 128)


@pytest.fixture
def stream(tmp_path: Path) -> Iterator[ByteStream]:
    """Provides a file of two blocks as a stream."""
    path = tmp_path / "sound"
    path.write_bytes(CONTENT)
    descriptor = os.open(path, os.O_RDONLY)
    yield ByteStream(descriptor, len(CONTENT), lambda: False)
    os.close(descriptor)


def test_all_of_a_stream_is_copied(stream: ByteStream) -> None:
    """The copy is read from its start."""
    warnings: list[str] = []
    with ExitStack() as opening:
        assert os.pread(spool(stream, opening, warnings), 2 * len(CONTENT), 0) == CONTENT
    assert not warnings


def test_a_copy_without_space_for_its_last_bytes_is_refused(stream: ByteStream) -> None:
    """The last write to a full disk is short, and no error by itself."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(CONTENT) - 1_000, limits[1]))
    try:
        with (
            ExitStack() as opening,
            pytest.raises(CaptureError, match="cannot be written"),
        ):
            spool(stream, opening, [])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
