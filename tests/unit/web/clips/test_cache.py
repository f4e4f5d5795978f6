"""The clips that were fetched, within their space."""

import os
from pathlib import Path

import pytest

from soundpost_web.clips.cache import ClipCache

MEGABYTE = 1_000_000


@pytest.fixture
def cache(tmp_path: Path) -> ClipCache:
    """Provides a cache of 10 MB."""
    return ClipCache(tmp_path / "clips", 10)


def add(cache: ClipCache, node: str, number: int, used_at: float) -> Path:
    """Stores a clip of 3 MB that was last used at a time; returns the path of its sound."""
    folder = cache.folder_of(node)
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, size in ((".json", 1_000), (".png", 30_000), (".flac", 3 * MEGABYTE)):
        path = folder / f"20261120T07{number:02}21Z-dog-6da2fa14{suffix}"
        path.touch()
        os.truncate(path, size)
        os.utime(path, (used_at, used_at))
    return path


def test_clips_that_were_not_used_for_longest_make_room(cache: ClipCache) -> None:
    """With all their files, whatever their node."""
    paths = [
        add(cache, node, number, used_at)
        for number, (node, used_at) in enumerate([("gate", 2.0), ("barn", 1.0), ("gate", 3.0)])
    ]
    cache.make_room(1_000)
    assert [path.exists() for path in paths] == [True, True, True]
    cache.make_room(2 * MEGABYTE)
    assert [path.exists() for path in paths] == [True, False, True]
    assert list(cache.folder_of("barn").iterdir()) == []
    cache.make_room(5 * MEGABYTE)
    assert [path.exists() for path in paths] == [False, False, True]


def test_other_files_are_not_touched(cache: ClipCache) -> None:
    """Also where they are named like the folder of a node."""
    path = add(cache, "gate", 1, 1.0)
    note = path.with_name("notes.txt")
    note.write_text("x" * 100)
    cache.make_room(10 * MEGABYTE)
    assert note.exists()
    assert not path.exists()


def test_the_folder_of_a_node_lies_in_the_cache(cache: ClipCache, tmp_path: Path) -> None:
    """Whatever its name; each has its own."""
    names = ["gate", "..", ".", "gate/yard", "gate.yard", "a-b", "a/b"]
    folders = {cache.folder_of(name) for name in names}
    assert len(folders) == len(names)
    assert {folder.resolve().parent for folder in folders} == {(tmp_path / "clips").resolve()}


def test_unfinished_files_of_an_earlier_run_are_removed(cache: ClipCache) -> None:
    """And only those."""
    path = add(cache, "gate", 1, 1.0)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(b"fLaC")
    cache.remove_parts()
    assert not part.exists()
    assert path.exists()


def test_links_are_no_folders_of_nodes(cache: ClipCache, tmp_path: Path) -> None:
    """A link may lead anywhere."""
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "node-gate").symlink_to("/etc")
    assert list(cache.folders) == []
