"""The files of an archive: their names, their order, and the keys of their parts."""

import os
from pathlib import Path

import pytest

from soundpost.archive.files import archive_files


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Provides a folder with two recordings in folders below."""
    for name in ("card/b/2.wav", "card/a/1.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"sound")
    return tmp_path / "card"


def test_names_are_below_the_folder_and_sorted(card: Path) -> None:
    """Whatever the order in which the recordings were found."""
    files = archive_files([card], [card / "b/2.wav", card / "a/1.wav", card / "b/../b/2.wav"])
    assert [file.name for file in files] == ["a/1.wav", "b/2.wav"]
    assert [file.size_bytes for file in files] == [5, 5]


def test_names_of_several_folders_are_below_what_they_have_in_common(card: Path) -> None:
    """So two cards may have files of the same names; the same holds for single files."""
    files = archive_files([card / "a", card / "b/2.wav"], [card / "a/1.wav", card / "b/2.wav"])
    assert [file.name for file in files] == ["a/1.wav", "b/2.wav"]


def test_a_key_does_not_depend_on_where_the_folder_is(card: Path, tmp_path: Path) -> None:
    """A card may be mounted elsewhere; another time or size is another recording."""
    (before,) = archive_files([card / "a"], [card / "a/1.wav"])
    moved = (card / "a").rename(tmp_path / "elsewhere")
    (after,) = archive_files([moved], [moved / "1.wav"])
    assert (after.key, after.name) == (before.key, before.name)
    os.utime(moved / "1.wav", ns=(0, 1))
    (touched,) = archive_files([moved], [moved / "1.wav"])
    assert touched.key != before.key


def test_names_that_are_equal_in_print_are_told_apart(tmp_path: Path) -> None:
    """A byte that is not UTF-8 is printed like the escape that another name spells out."""
    names = (os.fsdecode(b"\xe4.wav"), "\\xe4.wav")
    for name in names:
        (tmp_path / name).write_bytes(b"")
    first, second = archive_files([tmp_path], [tmp_path / name for name in names])
    assert first.name == "\\xe4.wav"
    assert second.name.startswith("\\xe4.wav~")
    assert {first.path.name, second.path.name} == set(names)


def test_a_file_that_is_absent_is_listed(tmp_path: Path) -> None:
    """The reader gives the reason for which it cannot be read."""
    (file,) = archive_files([tmp_path / "no.wav"], [tmp_path / "no.wav"])
    assert (file.name, file.size_bytes) == ("no.wav", 0)
