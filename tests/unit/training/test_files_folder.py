"""A folder is put in place whole or not at all."""

from pathlib import Path

import pytest

from soundpost_training.errors import TrainingError
from soundpost_training.files import install_folder


def test_a_folder_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    """Nothing of the older one is left, in it or beside it."""
    for content in (b"old", b"new"):
        install_folder({content.decode(): content, "a/b": content}, tmp_path, "x", lambda _: None)
    assert {path.name for path in (tmp_path / "x").iterdir()} == {"new", "a"}
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_what_was_there_comes_back_when_the_new_one_does_not_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails between taking the older one away and putting the new one there."""
    install_folder({"a": b"old"}, tmp_path, "x", lambda _: None)
    rename = Path.rename

    def fail(path: Path, goal: Path) -> Path:
        if path.name.startswith(".x-"):
            raise OSError("the disk is gone")
        return rename(path, goal)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(TrainingError, match=r"x cannot be written to .*: the disk is gone"):
        install_folder({"a": b"new"}, tmp_path, "x", lambda _: None)
    assert [path.name for path in tmp_path.rglob("*")] == ["x", "a"]
    assert (tmp_path / "x" / "a").read_bytes() == b"old"
