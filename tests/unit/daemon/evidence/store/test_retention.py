"""Which clips stay, and that nothing but clips ever goes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.evidence.store.files import SUFFIXES, Sidecar, stem_of, write_clip
from soundpost.evidence.store.retention import (
    BLOCK_BYTES,
    FRESH_NS,
    RetentionPolicy,
    StoredClip,
    choose_for_removal,
)
from soundpost.system.clock import ClockState, rfc3339

HOUR_NS = 3600 * 10**9
NOW_NS = 1_795_000_000 * 10**9


def put(  # noqa: PLR0913 - a test names what it is about, and no more
    retention: RetentionPolicy,
    folder: Path,
    number: int,
    *,
    label: str = "dog",
    score: float = 0.9,
    age_hours: float = 48.0,
    clock: ClockState = "synced",
    size: int = 10_000,
) -> str:
    """The stem of a clip that was written to the folder and put on the shelf."""
    onset_ns = NOW_NS - round(age_hours * HOUR_NS)
    event_id = f"01a1f7dd-f708-752e-89a7-{number:012x}"
    stem = stem_of(onset_ns, label, event_id)
    told = {"id": event_id, "label": label, "score": score, "clock": clock}
    sidecar = {
        "schema": 1,
        "clip": f"{stem}.flac",
        "start": rfc3339(onset_ns),
        "seconds": 2.0,
        "onset_seconds": 1.0,
        "offset_seconds": 1.5,
        "muted": [],
        "detection": told | {"onset": rfc3339(onset_ns)},
    }
    contents = {
        ".json": json.dumps(sidecar).encode(),
        ".png": bytes(size // 5),
        ".flac": bytes(size),
    }
    write_clip(folder, stem, contents)
    retention.scan()
    return stem


def shelf_of(
    folder: Path,
    budget_bytes: int = 10**9,
    keep_days: float = 30.0,
    clock: ClockState = "synced",
) -> RetentionPolicy:
    """A shelf that knows what lies in its folder."""
    retention = RetentionPolicy(
        folder,
        budget_bytes=budget_bytes,
        keep_ns=round(keep_days * 24 * HOUR_NS),
        clock=lambda: clock,
    )
    retention.scan()
    return retention


def stems(folder: Path) -> set[str]:
    """The clips in a folder, each of which must have all its files."""
    found = {path.stem for path in folder.iterdir()}
    assert {f"{stem}{suffix}" for stem in found for suffix in SUFFIXES} == {
        path.name for path in folder.iterdir()
    }
    return found


def taken_bytes(folder: Path) -> int:
    """What the files of a folder take, in blocks of the disk."""
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
    """Not even while a clip is written: room is made before; and the count is that of the disk."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        retention = shelf_of(folder, budget_bytes)
        for number, (label, score, age_hours, size) in enumerate(clips):
            wanted = 3 * BLOCK_BYTES + size + size // 5
            if retention.make_room(wanted, NOW_NS):
                put(
                    retention,
                    folder,
                    number,
                    label=label,
                    score=score,
                    age_hours=age_hours,
                    size=size,
                )
            assert retention.used_bytes == taken_bytes(folder) <= budget_bytes
            retention.remove_old(NOW_NS)
            assert retention.used_bytes == taken_bytes(folder)


def test_the_rare_and_the_best_stay_longest(tmp_path: Path) -> None:
    """Of many dogs the least sure goes first; the only glass stays, unsure as it is."""
    retention = shelf_of(tmp_path, 100_000)
    glass = put(retention, tmp_path, 0, label="glass_breaking", score=0.1)
    dogs = [put(retention, tmp_path, number, score=number / 10) for number in (5, 3, 9, 7)]
    went = []
    while retention.used_bytes > BLOCK_BYTES * 10:
        before = stems(tmp_path)
        assert retention.make_room(100_000 - retention.used_bytes + 1, NOW_NS)
        went += list(before - stems(tmp_path))
    assert went == [dogs[1], dogs[0], dogs[3]]
    assert stems(tmp_path) == {glass, dogs[2]}


def kept(stem: str, label: str, score: float, age_hours: float) -> StoredClip:
    """A clip on no disk."""
    return StoredClip(stem, label, score, NOW_NS - round(age_hours * HOUR_NS), "synced", 1)


def test_the_clips_of_the_last_day_go_last() -> None:
    """Who comes to look after an alarm finds it, however low its score."""
    fresh, old = kept("b", "dog", 0.1, 1.0), kept("a", "glass_breaking", 1.0, 100.0)
    assert choose_for_removal([fresh, old], NOW_NS) == old
    assert choose_for_removal([fresh], NOW_NS) == fresh
    assert FRESH_NS == 24 * HOUR_NS


def test_of_equals_the_oldest_goes() -> None:
    """Names sort by time."""
    clips = [kept(stem, "dog", 0.5, 100.0) for stem in ("c", "a", "b")]
    assert choose_for_removal(clips, NOW_NS).stem == "a"


def test_what_is_too_old_goes(tmp_path: Path) -> None:
    """And what is not stays."""
    retention = shelf_of(tmp_path, keep_days=30)
    put(retention, tmp_path, 1, age_hours=31 * 24)
    young = put(retention, tmp_path, 2, age_hours=29 * 24)
    retention.remove_old(NOW_NS)
    assert stems(tmp_path) == {young}


@pytest.mark.parametrize("step_hours", [-50 * 365 * 24, -1, 0, 1])
def test_a_clock_that_steps_back_removes_nothing(tmp_path: Path, step_hours: int) -> None:
    """A clip from the future is no older for it."""
    retention = shelf_of(tmp_path)
    stem = put(retention, tmp_path, 1)
    retention.remove_old(NOW_NS + step_hours * HOUR_NS)
    assert stems(tmp_path) == {stem}


def test_a_clock_that_is_not_believed_makes_nothing_old(tmp_path: Path) -> None:
    """Somebody set it ten years ahead, and a month's clips are all there when it is put right."""
    retention = shelf_of(tmp_path, clock="untrusted")
    stem = put(retention, tmp_path, 1)
    retention.remove_old(NOW_NS + 10 * 365 * 24 * HOUR_NS)
    assert stems(tmp_path) == {stem}


def test_what_was_heard_by_a_wrong_clock_is_not_judged_by_its_age(tmp_path: Path) -> None:
    """A post without a battery begins in 1970 and is told the time later: that is no age."""
    retention = shelf_of(tmp_path)
    stem = put(retention, tmp_path, 1, age_hours=50 * 365 * 24, clock="untrusted")
    retention.remove_old(NOW_NS)
    assert stems(tmp_path) == {stem}


def test_the_oldest_is_given_when_the_disk_wants_room(tmp_path: Path) -> None:
    """One at a time, until there is none."""
    retention = shelf_of(tmp_path)
    old, new = (put(retention, tmp_path, n, age_hours=100 - n, score=n / 2) for n in (2, 1))
    newer, older = sorted((old, new), reverse=True)
    assert retention.remove_oldest()
    assert stems(tmp_path) == {newer} != {older}
    assert retention.remove_oldest()
    assert not retention.remove_oldest()
    assert (retention.used_bytes, stems(tmp_path)) == (0, set())


def with_onset(told: dict[str, Any], onset: str) -> bytes:
    """A sidecar whose event began at no time that there is."""
    return json.dumps(told | {"detection": told["detection"] | {"onset": onset}}).encode()


BROKEN: list[Callable[[dict[str, Any]], bytes]] = [
    lambda told: with_onset(told, "2026-13-45T99:00:00Z"),
    lambda told: with_onset(told, "2026-11-20T07:31:21"),
    lambda told: json.dumps(told).encode().replace(b"dog", b"d\xafg"),
    lambda told: (
        json.dumps(told | {"detection": 0})
        .encode()
        .replace(b'"detection": 0', b'"detection": ' + b"[" * 100_000 + b"]" * 100_000)
    ),
]
"""Sidecars that are JSON, or nearly: a time that is none, no zone, no UTF-8, nested too deep."""


def strangers(folder: Path, elsewhere: Path) -> Iterator[Path]:
    """Files that are nearly ours."""
    stem = "20261120T073121Z-dog-0000000a"
    own = json.dumps({"schema": 1, "clip": f"{stem}.flac"})
    for name, content in {
        "holiday.flac": "mine",
        "holiday.json": own,
        "notes.json": "{}",
        f"{stem}.json": own,
        f"{stem}.flac": "a name like ours, and no sidecar that says so",
        "20261120T073121Z-dog-0000000b.json": "no JSON",
        "20261120T073121Z-dog-0000000c.json": "\x00" * 100,
        "20261120T073121Z-dog-0000000d.flac": "no sidecar at all",
        ".holiday.flac.part": "somebody else's",
        ".20261120T073121Z-dog-0000000e.doc.part": "no clip has such a file",
    }.items():
        path = folder / name
        path.write_text(content)
        yield path
    sidecar = next(elsewhere.glob("*.json"))
    told = json.loads(next(elsewhere.glob("*.json")).read_text())
    for digit, garbage in enumerate(BROKEN):
        path = folder / f"20261120T073121Z-dog-1000000{digit}.json"
        path.write_bytes(garbage(told | {"clip": f"{path.stem}.flac"}))
        yield path
    renamed = folder / "20261120T073121Z-dog-0000000f.json"
    renamed.write_bytes(sidecar.read_bytes())
    yield renamed
    for suffix in SUFFIXES:
        target = next(elsewhere.glob(f"*{suffix}"))
        path = folder / target.name
        path.symlink_to(target)
        yield path


def test_each_clip_goes_when_its_own_time_has_come(tmp_path: Path) -> None:
    """Also one that is put on the shelf after younger ones, and the next ones after it."""
    retention = shelf_of(tmp_path, keep_days=1)
    ages_hours = [20.0, 23.0, 22.0]
    kept = [
        put(retention, tmp_path, number, age_hours=age) for number, age in enumerate(ages_hours)
    ]
    sidecar = msgspec.json.decode((tmp_path / f"{kept[1]}.json").read_bytes(), type=Sidecar)
    retention.put(kept[1], sidecar, [10_000])
    left = []
    for later_hours in range(5):
        retention.remove_old(NOW_NS + later_hours * HOUR_NS + 1)
        left.append(stems(tmp_path))
    first, _, third = kept
    assert left == [set(kept), {first, third}, {first}, {first}, set()]


def test_nothing_but_clips_is_counted_or_goes(tmp_path: Path) -> None:
    """Neither for age, nor for the budget, nor for room on the disk."""
    folder, elsewhere = tmp_path / "clips", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    put(shelf_of(elsewhere), elsewhere, 1)
    mine = {path: path.read_bytes() for path in strangers(folder, elsewhere)}
    retention = shelf_of(folder, budget_bytes=100_000, keep_days=1)
    put(retention, folder, 2)
    assert retention.used_bytes == 6 * BLOCK_BYTES - BLOCK_BYTES
    retention.remove_old(NOW_NS + 10**6 * HOUR_NS)
    assert not retention.make_room(100_001, NOW_NS)
    assert not retention.remove_oldest()
    assert {path: path.read_bytes() for path in folder.iterdir()} == mine
    assert len(stems(elsewhere)) == 1


def test_a_clip_whose_sound_never_came_is_cleared_away(tmp_path: Path) -> None:
    """The power went between its sidecar and its sound."""
    retention = shelf_of(tmp_path)
    stem = put(retention, tmp_path, 1)
    (tmp_path / f"{stem}.flac").unlink()
    retention.scan()
    assert list(tmp_path.iterdir()) == []
    assert retention.used_bytes == 0


def test_a_clip_that_somebody_removed_is_no_obstacle(tmp_path: Path) -> None:
    """It is gone, so it can be counted off."""
    retention = shelf_of(tmp_path, 50_000)
    stem = put(retention, tmp_path, 1)
    for suffix in SUFFIXES:
        (tmp_path / f"{stem}{suffix}").unlink()
    assert retention.make_room(50_000, NOW_NS)
    assert retention.used_bytes == 0
