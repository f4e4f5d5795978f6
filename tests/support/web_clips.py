"""Folders of clips with pictures, as nodes store them, for tests of the page."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import soundfile
from review_events import event_id, write_event_clip
from web_events import detection, wire_time

from soundpost.evidence.encode.spectrogram import draw
from soundpost.features import FeatureSpec, LogMel

SPEC = FeatureSpec()
START = datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)
"""The onset of the clip of number 0; each other is so many minutes later."""


def write_clip(folder: Path, number: int, label: str, **changes: object) -> str:
    """Writes the clip of an event, with its picture; returns the name of the sound.

    Args:
        folder: The folder of the clips.
        number: The number of the event.
        label: Its label.
        changes: Those of `write_event_clip`.
    """
    name = write_event_clip(folder, number, label, **changes)
    samples, _ = soundfile.read(folder / name, dtype="int16")
    log_mel = LogMel(SPEC).compute(samples)
    rate_hz = SPEC.sample_rate_hz
    picture = draw(log_mel, len(samples), SPEC, (rate_hz, 3 * rate_hz), [])
    (folder / name).with_suffix(".png").write_bytes(picture)
    return name


def clip_event(number: int, label: str, clip: str, node: str = "north-gate") -> bytes:
    """Returns the payload of the last message of the event of a clip."""
    onset = START + timedelta(minutes=number)
    return detection(
        node,
        id=event_id(number),
        seq=number + 1,
        state="ended",
        label=label,
        score=0.8,
        onset=wire_time(onset),
        offset=wire_time(onset + timedelta(seconds=2)),
        clip=clip,
    )
