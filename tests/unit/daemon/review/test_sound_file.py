"""Files of events are found by their printable names."""

import os
from pathlib import Path

import pytest

from soundpost.archive.files import archive_files
from soundpost.review.sound_file import find_file


@pytest.mark.parametrize(
    "name",
    [b"dawn.wav", b"new\nline.wav", b"\xff\xe4.wav", b"n\xfcl/\x1b[2J.wav", rb"back\slash.wav"],
)
def test_a_recording_is_found_by_its_name_in_the_tables(tmp_path: Path, name: bytes) -> None:
    """Any bytes that a recorder or a person put into it."""
    path = tmp_path / os.fsdecode(name)
    path.parent.mkdir(exist_ok=True)
    path.touch()
    [file] = archive_files([tmp_path], [path])
    assert find_file(tmp_path, file.name) == path


def test_a_file_of_that_very_name_comes_first(tmp_path: Path) -> None:
    """A backslash is a character of names."""
    for name in ("a\nb.wav", r"a\nb.wav"):
        (tmp_path / name).touch()
    assert find_file(tmp_path, r"a\nb.wav") == tmp_path / r"a\nb.wav"


def test_a_missing_file_keeps_its_name(tmp_path: Path) -> None:
    """So that an error names it."""
    assert find_file(tmp_path, r"gone/a\nb.wav") == tmp_path / r"gone/a\nb.wav"
