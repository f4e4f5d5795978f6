"""Reading a folder of clips: in any state, while it changes, one entry at a time."""

import os
import shutil
from pathlib import Path

import pytest
from odd_files import STEM, odd_folders, write_sidecar
from sample_clips import NOW_NS, SampleClip, build_retention, stems, store_clip

from soundpost.evidence.store.read_clip import FoundClip
from soundpost.evidence.store.scan import read_folder, scan


def found_stems(folder: Path) -> list[str]:
    """Returns the stems of the complete clips that a scan finds."""
    found = [entry for entry in scan(folder) if isinstance(entry, FoundClip) and entry.has_sound]
    assert sorted(clip.stem for clip in found) == [clip.stem for clip in read_folder(folder)]
    return sorted(clip.stem for clip in found)


def listing(folder: Path) -> dict[str, int]:
    """Returns the files of a folder with their kind."""
    return {path.name: path.lstat().st_mode for path in folder.iterdir()}


def test_odd_files_are_left_alone_and_clips_are_found(tmp_path: Path) -> None:
    """Links, pipes, sockets, devices, folders and giants neither stop a scan nor are removed."""
    for folder in odd_folders(tmp_path):
        retention = build_retention(folder, budget_bytes=100_000)
        clip = store_clip(retention, folder, SampleClip(1))
        before = listing(folder)
        assert clip in found_stems(folder)
        retention.remove_old(NOW_NS + 10**18)
        while retention.remove_oldest():
            pass
        gone = before.keys() - listing(folder).keys()
        kept = {name for name in before if not name.startswith((clip, STEM))}
        assert kept <= listing(folder).keys()
        # The files beside an unfinished one, or with an odd but regular one, are those of a clip.
        is_regular = folder.name.startswith(("an empty file", "an unreadable file"))
        is_clip = folder.name.endswith(".part") or (is_regular and ".json" not in folder.name)
        assert (f"{STEM}.json" in gone) == is_clip, folder.name
        shutil.rmtree(folder)


def test_names_that_no_clip_has_are_passed_over(tmp_path: Path) -> None:
    """A name may have line breaks or bytes that are not UTF-8."""
    for name in (b"caf\xe9.json", b"a\nb.json", STEM.encode() + b"\n.json", b".json", b"\xff.flac"):
        (tmp_path / os.fsdecode(name)).write_bytes(b"theirs")
    clip = store_clip(build_retention(tmp_path), tmp_path, SampleClip(1))
    assert found_stems(tmp_path) == [clip]


def test_hard_links_are_removed_as_files(tmp_path: Path) -> None:
    """The other name of the file stays."""
    clips, elsewhere = tmp_path / "clips", tmp_path / "elsewhere"
    clips.mkdir()
    retention = build_retention(clips)
    clip = store_clip(retention, clips, SampleClip(1))
    os.link(clips / f"{clip}.flac", elsewhere)
    assert retention.remove_oldest()
    assert stems(clips) == set()
    assert elsewhere.stat().st_size == 10_000


def test_files_that_vanish_during_a_scan_are_passed_over(tmp_path: Path) -> None:
    """Another process may remove clips at any time."""
    retention = build_retention(tmp_path)
    for number in range(20):
        store_clip(retention, tmp_path, SampleClip(number))
    entries = scan(tmp_path)
    first = next(entry for entry in entries if entry is not None)
    assert isinstance(first, FoundClip)
    for path in tmp_path.iterdir():
        path.unlink()
    assert [entry for entry in entries if entry is not None] == []


def test_many_damaged_sidecars_are_two_lines_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The first one is named, the others are counted."""
    for number in range(50):
        (tmp_path / f"20261120T0731{number:02d}Z-dog-0000000a.json").write_text("no JSON")
    assert found_stems(tmp_path) == []
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 4, "two for each of the two ways to read a folder"
    assert "cannot be read" in lines[0]
    assert "49 more" in lines[1]


def test_a_sidecar_without_sound_is_no_complete_clip(tmp_path: Path) -> None:
    """A command does not list it."""
    write_sidecar(tmp_path)
    assert found_stems(tmp_path) == []


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """It is that of the system."""
    with pytest.raises(FileNotFoundError):
        list(scan(tmp_path / "absent"))
    with pytest.raises(FileNotFoundError):
        list(read_folder(tmp_path / "absent"))
