"""Reads background while the daemon writes it, and after a power cut."""

from pathlib import Path

import numpy as np
import pytest

from soundpost.errors import HeadError
from soundpost.heads.background import BackgroundMinute, read_background
from soundpost.heads.background.minute import MINUTE_NS, encode_minute, file_name

SHA256 = "ab" * 32
CONTENT = encode_minute(
    BackgroundMinute(
        np.arange(3, dtype=np.int64),
        np.ones((3, 3), np.float32),
        np.array([2, 0, 1], np.int16),
        np.array([0.25, 0.5, 1.0], np.float32),
    ),
    SHA256,
)


def test_a_reader_leaves_out_what_is_damaged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The other minutes come in their order."""
    for number in (2, 0, 1):
        (tmp_path / file_name("tiny", number * MINUTE_NS)).write_bytes(
            CONTENT[:-1] if number == 1 else CONTENT
        )
    (tmp_path / file_name("other", 0)).mkdir()
    assert len(list(read_background(tmp_path, SHA256, 3))) == 2
    assert caplog.text.count("is left out") == 2
    assert list(read_background(tmp_path / "absent", SHA256, 3)) == []


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """With the remedy."""
    (tmp_path / "background").write_text("a file")
    with pytest.raises(HeadError, match="Not a directory"):
        list(read_background(tmp_path / "background", SHA256, 3))
