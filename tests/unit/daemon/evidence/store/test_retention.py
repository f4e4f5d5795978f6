"""Retention: the choice of the clips to remove, by age, budget, label and score."""

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_clips import HOUR_NS, NOW_NS, SampleClip, build_retention, stems, store_clip

from soundpost.evidence.store.files import SUFFIXES, Sidecar
from soundpost.evidence.store.index import BLOCK_BYTES


def taken_bytes(folder: Path) -> int:
    """Returns the space that the files of a folder take, in blocks of the disk."""
    return sum(-(-path.stat().st_size // BLOCK_BYTES) * BLOCK_BYTES for path in folder.iterdir())


CLIPS = st.lists(
    st.tuples(
        st.sampled_from(["dog", "siren", "glass_breaking"]),
        st.floats(0.0, 1.0),
        st.floats(-48.0, 2000.0),
        st.integers(0, 60_000),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(CLIPS, st.integers(1, 300_000))
def test_the_budget_is_never_exceeded(
    clips: list[tuple[str, float, float, int]], budget_bytes: int
) -> None:
    """Space is freed before a clip is written; the count is that of the disk."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        retention = build_retention(folder, budget_bytes)
        for number, (label, score, age_hours, size) in enumerate(clips):
            wanted = 3 * BLOCK_BYTES + size + size // 5
            if retention.make_room(wanted, NOW_NS):
                clip = SampleClip(number, label, score, age_hours, size=size)
                store_clip(retention, folder, clip)
            assert retention.used_bytes == taken_bytes(folder) <= budget_bytes
            retention.remove_old(NOW_NS)
            assert retention.used_bytes == taken_bytes(folder)


def test_rare_labels_and_high_scores_stay_longest(tmp_path: Path) -> None:
    """Of many dogs the lowest score is removed first; the only glass stays, with a low score."""
    retention = build_retention(tmp_path, 110_000)
    glass = store_clip(retention, tmp_path, SampleClip(0, label="glass_breaking", score=0.1))
    dogs = [
        store_clip(retention, tmp_path, SampleClip(number, score=number / 10))
        for number in (5, 3, 9, 7)
    ]
    removed = []
    while retention.used_bytes > BLOCK_BYTES * 10:
        before = stems(tmp_path)
        assert retention.make_room(110_000 - retention.used_bytes + 1, NOW_NS)
        removed += list(before - stems(tmp_path))
    assert removed == [dogs[1], dogs[0], dogs[3]]
    assert stems(tmp_path) == {glass, dogs[2]}


def test_a_clip_beyond_its_age_is_removed(tmp_path: Path) -> None:
    """A younger one stays."""
    retention = build_retention(tmp_path, keep_days=30)
    store_clip(retention, tmp_path, SampleClip(1, age_hours=31 * 24))
    young = store_clip(retention, tmp_path, SampleClip(2, age_hours=29 * 24))
    retention.remove_old(NOW_NS)
    assert stems(tmp_path) == {young}


@pytest.mark.parametrize("step_hours", [-50 * 365 * 24, -1, 0, 1])
def test_a_clock_that_steps_back_removes_nothing(tmp_path: Path, step_hours: int) -> None:
    """A clip with an onset in the future is not old."""
    retention = build_retention(tmp_path)
    stem = store_clip(retention, tmp_path, SampleClip(1))
    retention.remove_old(NOW_NS + step_hours * HOUR_NS)
    assert stems(tmp_path) == {stem}


def test_an_untrusted_clock_makes_no_clip_old(tmp_path: Path) -> None:
    """A clock that was set ten years ahead by mistake does not cost a month of clips."""
    retention = build_retention(tmp_path, clock="untrusted")
    stem = store_clip(retention, tmp_path, SampleClip(1))
    retention.remove_old(NOW_NS + 10 * 365 * 24 * HOUR_NS)
    assert stems(tmp_path) == {stem}


def test_a_clip_with_an_untrusted_time_has_no_age(tmp_path: Path) -> None:
    """A node without a clock battery starts in 1970 and gets the time later."""
    retention = build_retention(tmp_path)
    stem = store_clip(
        retention, tmp_path, SampleClip(1, age_hours=50 * 365 * 24, clock="untrusted")
    )
    retention.remove_old(NOW_NS)
    assert stems(tmp_path) == {stem}


def test_a_full_disk_costs_the_oldest_clip(tmp_path: Path) -> None:
    """One clip is removed per call, until there is none."""
    retention = build_retention(tmp_path)
    old, new = (
        store_clip(retention, tmp_path, SampleClip(n, age_hours=100 - n, score=n / 2))
        for n in (2, 1)
    )
    newer, older = sorted((old, new), reverse=True)
    assert retention.remove_oldest()
    assert stems(tmp_path) == {newer} != {older}
    assert retention.remove_oldest()
    assert not retention.remove_oldest()
    assert (retention.used_bytes, stems(tmp_path)) == (0, set())


def test_each_clip_is_removed_at_its_own_age(tmp_path: Path) -> None:
    """This holds for clips that are added after younger ones."""
    retention = build_retention(tmp_path, keep_days=1)
    ages_hours = [20.0, 23.0, 22.0]
    clips = [
        store_clip(retention, tmp_path, SampleClip(number, age_hours=age))
        for number, age in enumerate(ages_hours)
    ]
    sidecar = msgspec.json.decode((tmp_path / f"{clips[1]}.json").read_bytes(), type=Sidecar)
    retention.put(clips[1], sidecar, [10_000])
    left = []
    for later_hours in range(5):
        retention.remove_old(NOW_NS + later_hours * HOUR_NS + 1)
        left.append(stems(tmp_path))
    first, _, third = clips
    assert left == [set(clips), {first, third}, {first}, {first}, set()]


def test_a_clip_without_audio_is_removed_at_the_scan(tmp_path: Path) -> None:
    """The power failed between its sidecar and its audio."""
    retention = build_retention(tmp_path)
    stem = store_clip(retention, tmp_path, SampleClip(1))
    (tmp_path / f"{stem}.flac").unlink()
    retention.scan()
    assert list(tmp_path.iterdir()) == []
    assert retention.used_bytes == 0


def test_a_clip_that_was_removed_by_hand_is_no_longer_counted(tmp_path: Path) -> None:
    """Its space is available again."""
    retention = build_retention(tmp_path, 50_000)
    stem = store_clip(retention, tmp_path, SampleClip(1))
    for suffix in SUFFIXES:
        (tmp_path / f"{stem}{suffix}").unlink()
    assert retention.make_room(50_000, NOW_NS)
    assert retention.used_bytes == 0
