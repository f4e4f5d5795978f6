"""The work on the folder of clips between two chunks: bounded, and done in the end."""

from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path

import pytest
from descriptors import no_descriptors
from full_disk import Disk
from sample_clips import HOUR_NS, NOW_NS, SampleClip, stems, write_sample_clip

from soundpost.evidence.store.files import write_clip
from soundpost.evidence.store.index import BLOCK_BYTES
from soundpost.evidence.store.read_clip import decode_sidecar
from soundpost.evidence.store.retention import RetentionPolicy
from soundpost.evidence.store.upkeep import SLICE_SECONDS, FolderUpkeep

CLIP_BYTES = 5 * BLOCK_BYTES
"""Space of a clip of `fill`: audio of 10 kB, picture and sidecar."""

UNIT_SECONDS = SLICE_SECONDS / 4
"""Of the clock of a slow disk: a slice is over after five units of work."""


def fill(folder: Path, clips: int) -> None:
    """Writes clips into a folder."""
    for number in range(clips):
        write_sample_clip(folder, SampleClip(number))


def slow_clock() -> Iterator[float]:
    """Yields a time that advances with each unit of work, as on a slow disk."""
    return (number * UNIT_SECONDS for number in count())


def upkeep_of(
    folder: Path, budget_bytes: int = 10**9, keep_days: float = 30.0, keep_free_bytes: int = 0
) -> tuple[FolderUpkeep, RetentionPolicy]:
    """Returns the upkeep of a folder on a slow disk, and its retention."""
    retention = RetentionPolicy(
        folder,
        budget_bytes=budget_bytes,
        keep_ns=round(keep_days * 24 * HOUR_NS),
        clock=lambda: "synced",
    )
    clock = slow_clock()
    return FolderUpkeep(folder, retention, keep_free_bytes, lambda: next(clock)), retention


def read_all(upkeep: FolderUpkeep, retention: RetentionPolicy) -> None:
    """Works until all clips in the folder are known."""
    upkeep.begin()
    while not retention.is_scanned:
        upkeep.work(NOW_NS)


def clips_left(folder: Path) -> int:
    """Returns the number of complete clips in a folder."""
    return len(stems(folder))


def test_a_folder_is_read_a_slice_at_a_time(tmp_path: Path) -> None:
    """Three files of each clip are entries, so twenty clips take some twelve slices."""
    fill(tmp_path, 20)
    upkeep, retention = upkeep_of(tmp_path)
    upkeep.begin()
    used = []
    while not retention.is_scanned:
        upkeep.work(NOW_NS)
        used.append(retention.used_bytes)
    assert used[-1] == 20 * CLIP_BYTES
    assert len(used) >= 12
    steps = [after - before for before, after in zip([0, *used], used, strict=False)]
    assert max(steps) <= 5 * CLIP_BYTES


@pytest.mark.parametrize("rule", ["budget", "age"])
def test_clips_beyond_a_bound_are_removed_a_slice_at_a_time(tmp_path: Path, rule: str) -> None:
    """A budget that was cut to a tenth is reached after some chunks, and then nothing is done."""
    fill(tmp_path, 40)
    is_age = rule == "age"
    upkeep, _ = upkeep_of(
        tmp_path, 10**9 if is_age else 4 * CLIP_BYTES, keep_days=1.0 if is_age else 30.0
    )
    upkeep.begin()
    left = [40]
    for _ in range(60):
        upkeep.work(NOW_NS)
        left.append(clips_left(tmp_path))
    removed = [before - after for before, after in pairwise(left)]
    assert 1 <= max(removed) <= 5
    assert left[-1] == (0 if is_age else 4)


def test_a_new_clip_never_adds_to_a_folder_that_is_not_read_yet(tmp_path: Path) -> None:
    """The rest may fill the budget, so a clip takes the place of known ones."""
    fill(tmp_path, 300)
    upkeep, retention = upkeep_of(tmp_path, 300 * CLIP_BYTES)
    upkeep.make_room(CLIP_BYTES, NOW_NS)
    assert not retention.is_scanned
    assert clips_left(tmp_path) == 299


def test_a_new_clip_never_adds_to_a_folder_beyond_its_budget(tmp_path: Path) -> None:
    """It takes the place of others at once; the rest is removed with the next chunks."""
    fill(tmp_path, 20)
    upkeep, retention = upkeep_of(tmp_path, 10 * CLIP_BYTES)
    read_all(upkeep, retention)
    upkeep.make_room(2 * CLIP_BYTES, NOW_NS)
    assert clips_left(tmp_path) <= 18
    assert not retention.make_room(11 * CLIP_BYTES, NOW_NS)


def test_a_clip_that_is_stored_during_the_scan_is_counted_once(tmp_path: Path) -> None:
    """The scan may or may not come to its files."""
    folder, other = tmp_path / "clips", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    fill(folder, 30)
    upkeep, retention = upkeep_of(folder)
    upkeep.begin()
    upkeep.work(NOW_NS)
    stem = write_sample_clip(other, SampleClip(99, age_hours=1))
    contents = {path.suffix: path.read_bytes() for path in other.iterdir()}
    write_clip(folder, stem, contents)
    upkeep.add(stem, decode_sidecar(contents[".json"]), [len(c) for c in contents.values()])
    while not retention.is_scanned:
        upkeep.work(NOW_NS)
    assert retention.used_bytes == 31 * CLIP_BYTES


def test_another_folder_in_its_place_is_read(tmp_path: Path) -> None:
    """A disk was mounted there, or the folder was replaced."""
    folder, other = tmp_path / "clips", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    fill(folder, 2)
    fill(other, 5)
    upkeep, retention = upkeep_of(folder)
    for expected in (2, 5, 2):
        upkeep.begin()
        for _ in range(20):
            upkeep.work(NOW_NS)
        assert retention.used_bytes == expected * CLIP_BYTES
        folder.rename(tmp_path / "away")
        other.rename(folder)
        (tmp_path / "away").rename(other)


def test_a_scan_without_descriptors_starts_again(tmp_path: Path) -> None:
    """No clip is forgotten by it."""
    fill(tmp_path, 3)
    upkeep, retention = upkeep_of(tmp_path)
    upkeep.begin()
    with no_descriptors(), pytest.raises(OSError, match="Too many open files"):
        upkeep.work(NOW_NS)
    assert not retention.is_scanned or retention.used_bytes == 0
    upkeep.begin()
    for _ in range(10):
        upkeep.work(NOW_NS)
    assert retention.used_bytes == 3 * CLIP_BYTES


def test_a_clip_that_cannot_be_removed_is_passed_over_and_tried_again(tmp_path: Path) -> None:
    """Its file became a folder; it is removed once it is a file again."""
    fill(tmp_path, 3)
    upkeep, retention = upkeep_of(tmp_path)
    read_all(upkeep, retention)
    stuck = tmp_path / f"{min(stems(tmp_path))}.png"
    stuck.rename(tmp_path / "aside")
    stuck.mkdir()
    while retention.remove_oldest():
        pass
    stuck_then, used_bytes = retention.has_stuck_clips, retention.used_bytes
    assert used_bytes == CLIP_BYTES
    stuck.rmdir()
    (tmp_path / "aside").rename(stuck)
    upkeep.begin()
    for _ in range(10):
        upkeep.work(NOW_NS)
    assert (stuck_then, retention.has_stuck_clips) == (True, False)
    assert retention.used_bytes == 0  # its sound was removed at the first try


def test_a_disk_that_refuses_removals_is_an_error(disk: Disk) -> None:
    """A read-only disk is reported, and no clip is forgotten."""
    folder = disk.folder / "clips"
    folder.mkdir()
    fill(folder, 3)
    upkeep, retention = upkeep_of(folder, budget_bytes=CLIP_BYTES)
    retention.scan()
    disk.remount("ro")
    with pytest.raises(OSError, match="Read-only"):
        retention.remove_excess(NOW_NS)
    assert retention.used_bytes == 3 * CLIP_BYTES
    disk.remount("rw")
    upkeep.begin()
    for _ in range(10):
        upkeep.work(NOW_NS)
    assert retention.used_bytes == CLIP_BYTES


@pytest.mark.parametrize("state", ["read", "not read yet"])
def test_a_full_disk_is_relieved_a_slice_at_a_time(disk: Disk, state: str) -> None:
    """A clip that would have to wait is lost; the oldest ones go on being removed."""
    folder = disk.folder / "clips"
    folder.mkdir()
    fill(folder, 200)
    disk.fill()
    wanted_bytes = 150 * CLIP_BYTES
    upkeep, retention = upkeep_of(folder, keep_free_bytes=wanted_bytes)
    if state == "read":
        read_all(upkeep, retention)
    with pytest.raises(OSError, match="No space left"):
        upkeep.make_room(CLIP_BYTES, NOW_NS)
    left = [clips_left(folder)]
    for _ in range(200):
        upkeep.work(NOW_NS)
        left.append(clips_left(folder))
    assert max(before - after for before, after in pairwise(left)) <= 5
    assert 1 <= left[-1] <= 50
    upkeep.make_room(CLIP_BYTES, NOW_NS)
