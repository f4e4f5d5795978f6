"""A folder of many small clips, written quickly: their sounds and pictures are one file each."""

import json
import os
from pathlib import Path

from odd_files import sidecar_of

from soundpost.evidence.store.files import stem_of
from soundpost.evidence.store.index import BLOCK_BYTES

LABELS = ("dog", "siren", "glass_breaking", "crow", "rain")
FIRST_UTC_NS = 1_760_000_000 * 10**9
"""2025-10-09; the clips follow each other by the minute."""

LINKS = 10_000
"""Clips that share a file; ext4 allows 65,000 names for one."""

CLIP_BYTES = 3 * BLOCK_BYTES
"""Space of each clip as it is counted: a block for each of its files."""


def write_many_clips(folder: Path, clips: int) -> None:
    """Writes clips without a trusted time, so that none is removed by its age."""
    folder.mkdir(parents=True)
    source = folder / "source"
    for number in range(clips):
        label = LABELS[number % len(LABELS)]
        stem = stem_of(FIRST_UTC_NS + number * 60 * 10**9, label, f"{number:032x}")
        score = number * 7919 % 1000 / 1000
        sidecar = sidecar_of(stem, label=label, score=score, clock="untrusted")
        Path(folder, f"{stem}.json").write_text(json.dumps(sidecar), encoding="utf-8")
        if number % LINKS == 0:
            source.unlink(missing_ok=True)
            source.write_bytes(b"content")
        os.link(source, folder / f"{stem}.flac")
        os.link(source, folder / f"{stem}.png")
    source.unlink()
