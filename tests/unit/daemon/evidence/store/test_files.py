"""The files of a clip: written completely or not at all, and distinguished from foreign files."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from full_disk import files_of_at_most
from sample_clips import HOUR_NS, NOW_NS, SampleClip, build_retention, stems, store_clip

from soundpost.evidence.store.files import SUFFIXES, write_clip
from soundpost.evidence.store.index import BLOCK_BYTES

WRITE_FOR_EVER = """
import itertools, sys
from pathlib import Path
from soundpost.evidence.store.files import write_clip
print("writing", flush=True)
for number in itertools.count():
    size = 1 + number % 40
    contents = {suffix: bytes([size]) * size * 50_000 for suffix in (".json", ".png", ".flac")}
    write_clip(Path(sys.argv[1]), f"20261120T073121Z-dog-{number % 4:08x}", contents)
"""


def with_onset(sidecar: dict[str, Any], onset: str) -> bytes:
    """Returns a sidecar with another onset of its event."""
    return json.dumps(sidecar | {"detection": sidecar["detection"] | {"onset": onset}}).encode()


BROKEN: list[Callable[[dict[str, Any]], bytes]] = [
    lambda sidecar: with_onset(sidecar, "2026-13-45T99:00:00Z"),
    lambda sidecar: with_onset(sidecar, "2026-11-20T07:31:21"),
    lambda sidecar: json.dumps(sidecar).encode().replace(b"dog", b"d\xafg"),
    lambda sidecar: (
        json.dumps(sidecar | {"detection": 0})
        .encode()
        .replace(b'"detection": 0', b'"detection": ' + b"[" * 100_000 + b"]" * 100_000)
    ),
]
"""Sidecars that are almost valid: an impossible time, no time zone, not UTF-8, nested too deep."""


def foreign_files(folder: Path, elsewhere: Path) -> Iterator[Path]:
    """Writes files that look like those of a clip; yields their paths."""
    stem = "20261120T073121Z-dog-0000000a"
    own = json.dumps({"schema": 1, "clip": f"{stem}.flac"})
    for name, content in {
        "holiday.flac": "mine",
        "holiday.json": own,
        "notes.json": "{}",
        f"{stem}.json": own,
        f"{stem}.flac": "the name of a clip, without a valid sidecar",
        "20261120T073121Z-dog-0000000b.json": "no JSON",
        "20261120T073121Z-dog-0000000c.json": "\x00" * 100,
        "20261120T073121Z-dog-0000000d.flac": "no sidecar at all",
        ".holiday.flac.part": "of another program",
        ".20261120T073121Z-dog-0000000e.doc.part": "no clip has such a file",
    }.items():
        path = folder / name
        path.write_text(content)
        yield path
    valid = next(elsewhere.glob("*.json"))
    sidecar = json.loads(valid.read_text())
    for digit, damage in enumerate(BROKEN):
        path = folder / f"20261120T073121Z-dog-1000000{digit}.json"
        path.write_bytes(damage(sidecar | {"clip": f"{path.stem}.flac"}))
        yield path
    renamed = folder / "20261120T073121Z-dog-0000000f.json"
    renamed.write_bytes(valid.read_bytes())
    yield renamed
    for suffix in SUFFIXES:
        target = next(elsewhere.glob(f"*{suffix}"))
        path = folder / target.name
        path.symlink_to(target)
        yield path


def test_foreign_files_are_neither_counted_nor_removed(tmp_path: Path) -> None:
    """They stay for any age and budget, and on a full disk."""
    folder, elsewhere = tmp_path / "clips", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    store_clip(build_retention(elsewhere), elsewhere, SampleClip(1))
    foreign = {path: path.read_bytes() for path in foreign_files(folder, elsewhere)}
    retention = build_retention(folder, budget_bytes=100_000, keep_days=1)
    store_clip(retention, folder, SampleClip(2))
    assert retention.used_bytes == 6 * BLOCK_BYTES - BLOCK_BYTES
    retention.remove_old(NOW_NS + 10**6 * HOUR_NS)
    assert not retention.make_room(100_001, NOW_NS)
    assert not retention.remove_oldest()
    assert {path: path.read_bytes() for path in folder.iterdir()} == foreign
    assert len(stems(elsewhere)) == 1


def test_after_a_failed_write_no_file_of_the_clip_is_left(tmp_path: Path) -> None:
    """A message without its audio is no evidence."""
    contents = {".json": b"x", ".png": b"x", ".flac": bytes(5000)}
    with files_of_at_most(1000), pytest.raises(OSError, match="too large"):
        write_clip(tmp_path, "clip", contents)
    assert list(tmp_path.iterdir()) == []


def test_kill_9_while_writing_leaves_no_partial_file_under_its_final_name(tmp_path: Path) -> None:
    """Audio always has its picture and sidecar, and temporary files are removed at the start."""
    rng = np.random.default_rng(9)
    parts_seen = 0
    for _ in range(12):
        command = [sys.executable, "-c", WRITE_FOR_EVER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(rng.uniform(0.0, 0.05))
            writer.kill()
        parts_seen += len(list(tmp_path.glob(".*.part")))
        for path in tmp_path.glob("[!.]*"):
            content = path.read_bytes()
            assert content == content[:1] * content[0] * 50_000
        for sound in tmp_path.glob("*.flac"):
            assert sound.with_suffix(".png").exists()
            assert sound.with_suffix(".json").exists()
    assert parts_seen > 0, "no writer was killed during a write, so this has shown nothing"
    build_retention(tmp_path)
    assert not list(tmp_path.glob(".*"))
