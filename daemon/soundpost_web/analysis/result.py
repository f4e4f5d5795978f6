"""The result of an analysis, as `soundpost listen --details` writes it."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from soundpost.system.regular_file import read_regular

RESULT = "result.json"
FILES = {
    "result.json": "application/json",
    "events.csv": "text/csv; charset=utf-8",
    "scores.csv": "text/csv; charset=utf-8",
    "labels.txt": "text/plain; charset=utf-8",
    "spectrogram.png": "image/png",
    "sound.wav": "audio/wav",
}
"""The files of a result, and their types."""
_LARGEST_BYTES = 4_000_000
"""An hour with an event every second takes 1 MB, the scores of ten labels 100 kB."""

Score = Annotated[float, Meta(ge=0.0, le=1.0)]
Seconds = Annotated[float, Meta(ge=0.0, le=1e7)]


class EventResult(msgspec.Struct, frozen=True):
    """An event of the recording."""

    label: str
    common_name: str
    scientific_name: str
    begin_seconds: Seconds
    end_seconds: Seconds
    score: Score
    threshold: Score
    level_dbfs: float


class LabelResult(msgspec.Struct, frozen=True):
    """The best score of a label; its scores over time are read by the browser."""

    label: str
    common_name: str
    scientific_name: str
    threshold: Score
    best: Score
    best_seconds: Seconds


class ModelResult(msgspec.Struct, frozen=True):
    """The best labels of a model."""

    id: str
    version: str
    labels: int
    best: list[LabelResult]


class RecordingResult(msgspec.Struct, frozen=True):
    """The result of a recording; the fields are those of `soundpost listen --details`."""

    problem: str
    damage: str
    seconds: Seconds
    is_cut: bool
    rate_hz: int
    recorded_rate_hz: int
    highest_hz: float
    events: list[EventResult]
    models: list[ModelResult]


def read_result(folder: Path) -> RecordingResult | None:
    """Returns the result in a folder; None if there is none, or none that can be read."""
    try:
        content = read_regular(folder / RESULT, _LARGEST_BYTES)
        return msgspec.json.decode(content, type=RecordingResult)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
