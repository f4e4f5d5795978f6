"""Events to review: plain ones in a store, a folder of clips, an archive with its recordings."""

import json
from pathlib import Path

import numpy as np
import soundfile

from soundpost.evidence.store.files import stem_of, write_clip
from soundpost.review import Place, ReviewEvent, ReviewStore
from soundpost.review.event import Origin, OriginKind
from soundpost.system.clock import rfc3339

RATE_HZ = 16_000
START_NS = 1_795_000_000 * 10**9
"""2026-11-18T11:06:40Z."""
HOSTILE_LABELS = [
    "",
    "a\0b",
    "tab\tline\n",
    "\x1b[2J",
    "鳥",
    "=1+1",
    "'); DROP TABLE events; --",
    "x" * 999,
]


def event_id(number: int) -> str:
    """Returns the id of an event by its number."""
    return f"01a1f7dd-f708-752e-89a7-{number:012x}"


def review_event(number: int, label: str = "dog", **changes: object) -> ReviewEvent:
    """Returns an event of a recording, with some fields changed."""
    values: dict[str, object] = {
        "id": event_id(number),
        "label": label,
        "score": 0.9,
        "threshold": 0.5,
        "place": Place("a.wav", 2.0 * number, 2.0 * number + 1.0),
    }
    return ReviewEvent(**(values | changes))  # type: ignore[arg-type]  # the test names the fields


def add_events(store: ReviewStore, folder: Path, *events: ReviewEvent) -> Origin:
    """Stores events of an archive; its recordings lie in the folder."""
    origin = store.add_origin(OriginKind.ARCHIVE, folder / "results", folder)
    store.add_events(origin, events)
    return origin


def tone(hz: float, seconds: float, seed: int = 0) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Returns a tone in a little noise, int16[n], which differs with the seed."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(seed).normal(size=len(time))
    return (8_000 * np.sin(2 * np.pi * hz * time) + 50 * noise).astype(np.int16)


def write_event_clip(folder: Path, number: int, label: str, **changes: object) -> str:
    """Writes the clip of an event of two seconds, as a node does; returns the name of the sound.

    Args:
        folder: The folder of the clips; it is created.
        number: The number of the event; its onset is so many minutes after the start.
        label: Its label.
        changes: Fields of the message; `hz` is the frequency of the sound.
    """
    folder.mkdir(parents=True, exist_ok=True)
    hz = float(changes.pop("hz", 440.0))  # type: ignore[arg-type]  # the test names a number
    onset_ns = START_NS + number * 60 * 10**9
    stem = stem_of(onset_ns, label, event_id(number))
    message = {
        "schema": 1,
        "id": event_id(number),
        "node": "north-gate",
        "state": "ended",
        "label": label,
        "score": 0.8,
        "threshold": 0.5,
        "onset": rfc3339(onset_ns),
        "clock": "synced",
        "model": {"id": "everyday", "version": "1.0.0", "sha256": "5e" * 32},
    }
    sidecar = {
        "schema": 1,
        "clip": f"{stem}.flac",
        "start": rfc3339(onset_ns - 10**9),
        "seconds": 4.0,
        "onset_seconds": 1.0,
        "offset_seconds": 3.0,
        "muted": [],
        "detection": message | changes,
    }
    contents = {".json": json.dumps(sidecar).encode(), ".png": b"picture", ".flac": b""}
    write_clip(folder, stem, contents)
    soundfile.write(folder / f"{stem}.flac", tone(hz, 4.0, number), RATE_HZ)
    return f"{stem}.flac"


def write_archive_results(folder: Path, events: dict[str, list[tuple[float, str]]]) -> None:
    """Writes recordings below `card`, and their table below `results`.

    Args:
        folder: The folder of both.
        events: The onset and the label of the events of each recording, which last a second.
    """
    lines: list[str] = []
    for name, own in events.items():
        path = folder / "card" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        length = max((onset for onset, _ in own), default=0.0) + 3.0
        soundfile.write(path, tone(300.0, length, len(lines)), RATE_HZ, "PCM_16")
        for onset, label in own:
            line = {
                "id": event_id(len(lines)),
                "file": name,
                "begin_seconds": onset,
                "end_seconds": onset + 1.0,
                "label": label,
                "score": 0.75,
                "threshold": 0.5,
                "onset": "2025-10-26T02:30:00.000Z",
                "offset": "2025-10-26T02:30:01.000Z",
                "time_flags": [],
                "level_dbfs": -30.0,
                "model": {"id": "everyday", "version": "1.0.0", "sha256": "5e" * 32},
            }
            lines.append(json.dumps(line))
    (folder / "results").mkdir(parents=True, exist_ok=True)
    (folder / "results" / "detections.jsonl").write_text("".join(f"{line}\n" for line in lines))
