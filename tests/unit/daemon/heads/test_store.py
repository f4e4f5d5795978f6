"""The folder of heads: the version of each label that is in use."""

from pathlib import Path

import pytest
from heads import store_tiny_head

from soundpost.errors import HeadError
from soundpost.heads import current_version, use_version, version_folder
from soundpost.heads.store import current_files, version_before, versions


def test_a_version_follows_the_last_one_and_an_undo_goes_back(tmp_path: Path) -> None:
    """The next one still has a number of its own."""
    folder = tmp_path / "gate_bell"
    for seed in range(3):
        store_tiny_head(tmp_path, seed)
    assert (versions(folder), current_version(folder)) == ([1, 2, 3], 3)
    assert use_version(folder, 2).description.version == 2
    assert current_version(folder) == 2
    assert store_tiny_head(tmp_path, 4).description.version == 4


def test_the_version_before_is_the_one_that_was_in_use(tmp_path: Path) -> None:
    """Not one that an undo took back, even if its number is higher."""
    folder = tmp_path / "gate_bell"
    for seed in range(3):
        store_tiny_head(tmp_path, seed)
    use_version(folder, 2)
    store_tiny_head(tmp_path, 4)
    assert [version_before(folder, number) for number in (4, 3, 2, 1)] == [2, 2, 1, None]


def test_without_the_version_before_the_next_lower_one_is_taken(tmp_path: Path) -> None:
    """It was removed, or the version is of a daemon that did not state it."""
    folder = tmp_path / "gate_bell"
    for seed in range(4):
        store_tiny_head(tmp_path, seed)
    version_folder(folder, 3).rename(tmp_path / "removed")
    assert version_before(folder, 4) == 2
    (version_folder(folder, 2) / "before").unlink()
    assert version_before(folder, 2) == 1


def test_a_damaged_number_of_the_version_before_is_refused(tmp_path: Path) -> None:
    """An undo to a version that was never in use would be worse."""
    for seed in range(2):
        store_tiny_head(tmp_path, seed)
    (version_folder(tmp_path / "gate_bell", 2) / "before").write_bytes(b"one\n")
    with pytest.raises(HeadError, match="expected the number of a version"):
        version_before(tmp_path / "gate_bell", 2)


@pytest.mark.parametrize("content", [b"", b"1", b"0\n", b"two\n", b"-1\n", b"9" * 40])
def test_a_damaged_number_of_the_version_is_refused(tmp_path: Path, content: bytes) -> None:
    """No other version is taken in its place."""
    store_tiny_head(tmp_path)
    (tmp_path / "gate_bell" / "current").write_bytes(content)
    with pytest.raises(HeadError):
        current_version(tmp_path / "gate_bell")


def test_a_version_that_is_absent_is_not_put_into_use(tmp_path: Path) -> None:
    """The one in use stays."""
    store_tiny_head(tmp_path)
    with pytest.raises(HeadError, match="cannot be read"):
        use_version(tmp_path / "gate_bell", 7)
    assert current_version(tmp_path / "gate_bell") == 1


def test_the_files_that_name_the_versions_in_use_are_those_a_reload_compares(
    tmp_path: Path,
) -> None:
    """By label; none without a folder."""
    store_tiny_head(tmp_path)
    assert current_files(tmp_path) == [tmp_path / "gate_bell" / "current"]
    assert current_files(tmp_path / "absent") == []
    assert current_files(None) == []
