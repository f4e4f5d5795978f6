"""Disk faults of the clip store: nothing is raised, all is counted, each is logged once."""

import errno
import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from descriptors import no_descriptors
from evidence_harness import Event, EvidenceNode
from full_disk import files_of_at_most
from odd_files import KINDS, STEM

from soundpost.audio import Pcm
from soundpost.evidence.store import clip_store
from soundpost.evidence.store.clip_store import ClipStore
from soundpost.evidence.store.files import SUFFIXES
from soundpost.evidence.store.retention import RetentionPolicy
from soundpost.evidence.store.upkeep import SLICE_SECONDS, FolderUpkeep
from soundpost.features import FeatureSpec
from soundpost.health import Health

EVENTS = [Event(onset, onset + 8_000) for onset in range(8_000, 128_000, 24_000)]
SUPPORT = Path(__file__).resolve().parents[4] / "support"


def published_clips(node: EvidenceNode) -> list[str | None]:
    """Returns the clip of each ended event."""
    return [clip for state, clip in node.published if state == "ended"]


def test_a_missing_folder_is_created(folder: Path, noise: Pcm) -> None:
    """The path in the configuration is enough."""
    node = EvidenceNode(folder)
    node.run(noise, EVENTS)
    assert node.health.clips_kept == len(EVENTS)
    assert Counter(path.suffix for path in folder.iterdir()) == dict.fromkeys(SUFFIXES, len(EVENTS))


def test_files_are_readable_by_owner_and_group_only(folder: Path, noise: Pcm) -> None:
    """A clip may contain speech."""
    EvidenceNode(folder).run(noise, EVENTS[:1])
    assert {path.stat().st_mode & 0o007 for path in folder.iterdir()} == {0}


@pytest.mark.parametrize("place", ["a file", "below a file", "/proc/clips", "/dev/null/clips"])
def test_an_impossible_folder_is_counted_and_logged_once(
    tmp_path: Path, noise: Pcm, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    """Every event is published all the same, without a clip."""
    (tmp_path / "file").write_text("mine")
    folder = {"a file": tmp_path / "file", "below a file": tmp_path / "file" / "clips"}.get(
        place, Path(place)
    )
    node = EvidenceNode(folder)
    node.run(noise, EVENTS)
    assert published_clips(node) == [None] * len(EVENTS)
    assert (node.health.clips_kept, node.health.clips_lost) == (0, len(EVENTS))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert str(folder) in caplog.text
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_was_removed_is_created_again(folder: Path, noise: Pcm) -> None:
    """No clip is lost."""
    node = EvidenceNode(folder)
    node.process(noise[:1])
    folder.rmdir()
    node.run(noise, EVENTS)
    assert (node.health.clips_kept, node.health.clips_lost) == (len(EVENTS), 0)


def test_a_clip_is_lost_when_descriptors_run_out(
    folder: Path, noise: Pcm, caplog: pytest.LogCaptureFixture
) -> None:
    """The events are published, one line is logged, and the next clip is stored."""
    node = EvidenceNode(folder)
    node.process(noise[:1])
    with no_descriptors():
        node.run(noise[:80_000], EVENTS[:2])
    assert published_clips(node) == [None] * 2
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "Too many open files" in caplog.text
    node.run(noise, EVENTS[4:])
    assert (node.health.clips_kept, node.health.clips_lost) == (1, 2)


def test_a_clip_is_lost_when_memory_for_its_sound_runs_out(folder: Path, noise: Pcm) -> None:
    """FLAC is encoded in memory, and libsndfile has an error of its own for it."""
    node = EvidenceNode(folder)
    node.process(noise[:1])
    with files_of_at_most(100):
        node.run(noise[:80_000], EVENTS[:1])
    assert published_clips(node) == [None]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "code", ["EMFILE", "ENFILE", "ENOSPC", "EIO", "EROFS", "EACCES", "EDQUOT", "ESTALE", "ENOMEM"]
)
def test_an_error_of_the_disk_loses_one_clip_only(
    folder: Path,
    noise: Pcm,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    code: str,
) -> None:
    """It is counted and logged once, whatever the disk reports."""
    node = EvidenceNode(folder)

    def fail(_descriptor: int) -> None:
        raise OSError(getattr(errno, code), os.strerror(getattr(errno, code)))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        node.run(noise[:100_000], EVENTS[:3])
    assert published_clips(node) == [None] * 3
    assert list(folder.iterdir()) == []
    assert len(caplog.records) == 1
    node.run(noise, EVENTS[4:])
    assert (node.health.clips_kept, node.health.clips_lost) == (1, 3)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_sidecar_that_became_another_file_is_not_opened(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A FIFO would make the pipeline wait for ever; the clip is still there."""
    retention = RetentionPolicy(tmp_path, budget_bytes=10**9, keep_ns=10**18)
    health = Health()
    store = ClipStore(tmp_path, FeatureSpec(), FolderUpkeep(tmp_path, retention, 0), health)
    (tmp_path / f"{STEM}.flac").write_bytes(b"sound")
    KINDS[kind](tmp_path / f"{STEM}.json")
    assert store.update_sidecar(f"{STEM}.flac", b"{}")
    assert len(caplog.records) == 1


def test_a_bug_is_raised(folder: Path, noise: Pcm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only failures of the disk are counted; an error of our own logic ends the process."""
    monkeypatch.setattr(clip_store, "draw", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        EvidenceNode(folder).run(noise, EVENTS[:1])


@pytest.mark.parametrize("is_waiting", [False, True])
def test_clips_beyond_a_budget_are_removed_with_or_without_sound(
    folder: Path, noise: Pcm, *, is_waiting: bool
) -> None:
    """The work continues while the microphone is lost."""
    EvidenceNode(folder).run(noise, EVENTS)
    ticks = itertools.count()
    node = EvidenceNode(
        folder, budget_bytes=1, monotonic_seconds=lambda: next(ticks) * SLICE_SECONDS
    )
    node.process(noise[:1])
    assert len(list(folder.iterdir())) == 3 * len(EVENTS)
    for _ in range(60):
        if is_waiting:
            node.recorder.on_waiting()
        else:
            node.process(noise[:1])
    assert list(folder.iterdir()) == []


def run_on_small_disk(
    folder: Path, options: str, before: str = "true", keep_free_bytes: int = 0
) -> tuple[dict[str, Any], str]:
    """Runs a node whose folder is a small disk; returns its outcome and its log.

    Args:
        folder: Mount point of the disk, in a mount namespace of its own.
        options: Mount options, such as the size.
        before: Shell command to run in the folder first.
        keep_free_bytes: Setting of the node.
    """
    folder.mkdir(parents=True)
    script = (
        f'mount -t tmpfs -o {options} none "$1" && cd "$1" && {before} && exec "$2" "$3" "$1" $4'
    )
    rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *rights, "--mount", "sh", "-c", script, "sh"]
    program = [sys.executable, str(SUPPORT / "evidence_on_full_disk.py"), str(keep_free_bytes)]
    answer = subprocess.run(
        [*command, str(folder), *program], capture_output=True, text=True, check=False
    )
    if answer.returncode and "Traceback" not in answer.stderr:
        reason = f"a small disk cannot be mounted here: {answer.stderr.strip()}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout), answer.stderr


def test_a_full_disk_costs_the_oldest_clips(folder: Path) -> None:
    """Every event has its clip; the latest ones are complete, the first ones are removed."""
    found, log = run_on_small_disk(folder, "size=400k")
    assert (found["kept"], found["lost"], found["existed"]) == (len(found["published"]), 0, True)
    sounds = [name for name in found["left"] if name.endswith(".flac")]
    assert 2 <= len(sounds) < len(found["published"])
    assert sounds == found["published"][-len(sounds) :]
    assert len(found["left"]) == 3 * len(sounds)
    assert log == ""


def test_a_disk_without_free_inodes_is_full(folder: Path) -> None:
    """Bytes are free, and still nothing can be written: only the attempt shows it."""
    found, _ = run_on_small_disk(folder, "size=4m,nr_inodes=20")
    assert (found["kept"], found["lost"], found["existed"]) == (len(found["published"]), 0, True)
    assert found["published"][-1] in found["left"]


def test_a_disk_filled_by_other_programs_loses_clips_only(folder: Path) -> None:
    """No partial file is left, foreign files stay, and the fault is logged once."""
    fill = "dd if=/dev/zero of=theirs bs=1k count=380 2>/dev/null"
    found, log = run_on_small_disk(folder, "size=400k", fill)
    assert found["published"] == [None] * found["lost"]
    assert found["left"] == ["theirs"]
    assert log.count("\n") == 1


def test_a_read_only_disk_loses_clips_only(folder: Path) -> None:
    """The events are published all the same."""
    found, log = run_on_small_disk(folder, "size=4m", 'mount -o remount,ro none "$1"')
    assert found["published"] == [None] * found["lost"]
    assert found["left"] == []
    assert log.count("\n") == 1


def test_clips_stay_within_their_budget(folder: Path, noise: Pcm) -> None:
    """New clips replace old ones; the budget counts the space on the disk."""
    node = EvidenceNode(folder, budget_bytes=100_000)
    node.run(noise, EVENTS)
    assert node.health.clips_kept == len(EVENTS)
    assert node.existed == [True] * len(EVENTS)
    taken = sum(-(-path.stat().st_size // 4096) * 4096 for path in folder.iterdir())
    assert 50_000 < taken <= 100_000


def test_a_clip_that_is_larger_than_the_budget_is_lost(folder: Path, noise: Pcm) -> None:
    """It replaces no other clip."""
    node = EvidenceNode(folder, budget_bytes=40_000)
    node.run(noise // 1000, EVENTS[:1])
    before = sorted(folder.iterdir())
    node.run(np.concatenate((noise // 1000, noise)), [Event(170_000, 180_000)])
    assert (node.health.clips_kept, node.health.clips_lost) == (1, 1)
    assert sorted(folder.iterdir()) == before != []


def test_the_configured_space_stays_free(folder: Path) -> None:
    """Other programs need it."""
    found, _ = run_on_small_disk(folder, "size=600k", keep_free_bytes=300_000)
    assert found["free_bytes"] >= 300_000
    assert found["lost"] == 0


def test_clips_are_not_removed_if_that_would_not_free_enough_space(folder: Path) -> None:
    """A disk that other programs have filled does not cost the earlier evidence as well."""
    node = EvidenceNode(folder)
    old = Event(8_000, 16_000)
    node.run(np.ones(40_000, np.int16), [old])
    before = sorted(folder.iterdir())
    greedy = EvidenceNode(folder, keep_free_bytes=10**18)
    greedy.run(np.ones(40_000, np.int16), [Event(9_000, 17_000)])
    assert (greedy.health.clips_lost, sorted(folder.iterdir())) == (1, before)
