"""Chunks of sound, channels, level, fixed-length blocks, noise floor and voice detection."""

from soundpost.audio.chunk import (
    FULL_SCALE,
    NANOSECONDS,
    SILENCE_DBFS,
    Chunk,
    Pcm,
    SourceState,
    level_dbfs,
    mean_square_dbfs,
    samples_to_ns,
)

__all__ = [
    "FULL_SCALE",
    "NANOSECONDS",
    "SILENCE_DBFS",
    "Chunk",
    "Pcm",
    "SourceState",
    "level_dbfs",
    "mean_square_dbfs",
    "samples_to_ns",
]
