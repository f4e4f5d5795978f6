"""Clips of any label, score, age and size in a folder, and a retention policy that counts them."""

import json
from dataclasses import dataclass
from pathlib import Path

from soundpost.evidence.store.files import SUFFIXES, stem_of, write_clip
from soundpost.evidence.store.retention import RetentionPolicy
from soundpost.system.clock import ClockState, rfc3339

HOUR_NS = 3600 * 10**9
NOW_NS = 1_795_000_000 * 10**9
"""2026-11-18T11:06:40Z."""


@dataclass(frozen=True)
class SampleClip:
    """The properties of a clip on which retention depends.

    Attributes:
        number: The end of its event's id; it makes the name unique.
        label: Label of the event.
        score: Score of the event.
        age_hours: Time since the onset.
        clock: State of the wall clock at the onset.
        size: Bytes of the audio; the picture takes a fifth of it.
    """

    number: int
    label: str = "dog"
    score: float = 0.9
    age_hours: float = 48.0
    clock: ClockState = "synced"
    size: int = 10_000


def store_clip(retention: RetentionPolicy, folder: Path, clip: SampleClip) -> str:
    """Writes a clip to the folder and has it counted; returns the stem of its files."""
    stem = write_sample_clip(folder, clip)
    retention.scan()
    return stem


def write_sample_clip(folder: Path, clip: SampleClip) -> str:
    """Writes a clip to the folder; returns the stem of its files."""
    onset_ns = NOW_NS - round(clip.age_hours * HOUR_NS)
    event_id = f"01a1f7dd-f708-752e-89a7-{clip.number:012x}"
    stem = stem_of(onset_ns, clip.label, event_id)
    sidecar = {
        "schema": 1,
        "clip": f"{stem}.flac",
        "start": rfc3339(onset_ns),
        "seconds": 2.0,
        "onset_seconds": 1.0,
        "offset_seconds": 1.5,
        "muted": [],
        "detection": {
            "id": event_id,
            "label": clip.label,
            "score": clip.score,
            "clock": clip.clock,
            "onset": rfc3339(onset_ns),
        },
    }
    contents = {
        ".json": json.dumps(sidecar).encode(),
        ".png": bytes(clip.size // 5),
        ".flac": bytes(clip.size),
    }
    write_clip(folder, stem, contents)
    return stem


def build_retention(
    folder: Path,
    budget_bytes: int = 10**9,
    keep_days: float = 30.0,
    clock: ClockState = "synced",
) -> RetentionPolicy:
    """Builds a retention policy that has scanned its folder."""
    retention = RetentionPolicy(
        folder,
        budget_bytes=budget_bytes,
        keep_ns=round(keep_days * 24 * HOUR_NS),
        clock=lambda: clock,
    )
    retention.scan()
    return retention


def stems(folder: Path) -> set[str]:
    """Returns the stems of the clips in a folder, each of which must have all its files."""
    found = {path.stem for path in folder.iterdir()}
    assert {f"{stem}{suffix}" for stem in found for suffix in SUFFIXES} == {
        path.name for path in folder.iterdir()
    }
    return found
