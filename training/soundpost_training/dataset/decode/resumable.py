"""Long listening in parts that are kept, so that an interruption costs one part at most."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.decode.cache import Arrays, keep, kept
from soundpost_training.errors import DatasetError
from soundpost_training.progress import bar

PART = 500
"""Recordings of a part: minutes of work, tens of megabytes."""

Hear = Callable[[int], list[NDArray[np.float32]]]
"""The log-mels that come of one recording, by its position; or a DatasetError that says why not."""


def extract_all(count: int, hear: Hear, *, what: str, folder: Path, strict: bool = False) -> Arrays:
    """What comes of hearing `count` recordings one after the other.

    Args:
        count: How many.
        hear: Hears one.
        what: Is done, for the person who waits.
        folder: Gets the parts when there are several, and has those of an earlier attempt.
        strict: One that cannot be heard is an error, no reason.

    Returns:
        `log_mel` float32[all frames, bands], `starts` and `frames` int64[log-mels], `clips`
        int64[log-mels], whose each is, and `reasons`, why others have none.

    Raises:
        DatasetError: A part cannot be kept, or a recording not be heard where that is strict.
    """
    parts = []
    with bar() as progress:
        task = progress.add_task(what, total=count)
        for first in range(0, count, PART):
            recordings = range(first, min(first + PART, count))
            path = folder / f"{first:06}.npz"
            part = kept(path)
            if part is None:
                part = _hear_all(recordings, hear, lambda: progress.advance(task), strict=strict)
                if count > PART:
                    keep(path, part)
            else:
                progress.advance(task, len(recordings))
            parts.append(part)
    some = [part for part in parts if len(part["clips"])] or parts
    joined = {name: np.concatenate([part[name] for part in some]) for name in parts[0]}
    joined["reasons"] = np.concatenate([part["reasons"] for part in parts])
    joined["starts"] = np.concatenate(([0], np.cumsum(joined["frames"])[:-1])).astype(np.int64)
    return joined


def _hear_all(recordings: range, hear: Hear, done: Callable[[], None], *, strict: bool) -> Arrays:
    log_mels: list[NDArray[np.float32]] = []
    clips, reasons = [], []
    for recording in recordings:
        try:
            heard = hear(recording)
        except DatasetError as error:
            if strict:
                raise
            reasons.append(f"{error} ({error.hint})")
        else:
            log_mels += heard
            clips += [recording] * len(heard)
        done()
    return {
        "log_mel": np.concatenate(log_mels) if log_mels else np.empty((0, 0), np.float32),
        "frames": np.array([len(log_mel) for log_mel in log_mels], np.int64),
        "clips": np.array(clips, np.int64),
        "reasons": np.array(reasons, dtype=str),
    }
