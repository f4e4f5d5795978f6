"""Reads background while the daemon writes it, and after a power cut."""

from pathlib import Path

import numpy as np
import pytest

from soundpost.errors import HeadError
from soundpost.heads.background import BackgroundMinute, read_background
from soundpost.heads.background.minute import MINUTE_NS, encode_minute, file_name

SHA256 = "ab" * 32


def content(number: int) -> bytes:
    """Returns the content of the file of a minute."""
    minute = BackgroundMinute(
        number * MINUTE_NS + np.arange(3, dtype=np.int64),
        np.ones((3, 3), np.float32),
        np.array([2, 0, 1], np.int16),
        np.array([0.25, 0.5, 1.0], np.float32),
    )
    return encode_minute(minute, SHA256)


def test_a_reader_leaves_out_what_is_damaged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The other minutes come in their order."""
    for number in (2, 0, 1):
        (tmp_path / file_name("tiny", number * MINUTE_NS)).write_bytes(
            content(number)[:-1] if number == 1 else content(number)
        )
    (tmp_path / file_name("other", 0)).mkdir()
    minutes = read_background(tmp_path, SHA256, 3)
    assert [minute.utc_ns[0] // MINUTE_NS for minute in minutes] == [0, 2]
    assert caplog.text.count("is left out") == 2
    assert read_background(tmp_path / "absent", SHA256, 3) == []


def test_no_older_minute_is_read_than_are_needed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A node may keep a week of them. A damaged one is replaced by one before it."""
    for number in range(6):
        is_damaged = number in {1, 4}
        name = file_name("tiny", number * MINUTE_NS)
        (tmp_path / name).write_bytes(b"" if is_damaged else content(number))
    minutes = read_background(tmp_path, SHA256, 3, most=3)
    assert [minute.utc_ns[0] // MINUTE_NS for minute in minutes] == [2, 3, 5]
    assert caplog.text.count("is left out") == 1


@pytest.mark.parametrize("number", [0, 2, -150_000_000, 150_000_000])
def test_windows_of_another_minute_than_the_name_are_left_out(
    number: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Their times would make gaps, or exceed what a time can be."""
    (tmp_path / file_name("tiny", MINUTE_NS)).write_bytes(content(number))
    assert read_background(tmp_path, SHA256, 3) == []
    assert "it has windows of another minute" in caplog.text


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """With the remedy."""
    (tmp_path / "background").write_text("a file")
    with pytest.raises(HeadError, match="Not a directory"):
        read_background(tmp_path / "background", SHA256, 3)
