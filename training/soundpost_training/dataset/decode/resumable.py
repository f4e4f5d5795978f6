"""Extracts features in parts that are stored: an interruption costs one part at most.

The log-mels of recordings have different lengths, and some recordings have none. A long computation
whose results all have one shape is stored in place instead; see `teacher/resumable_array.py`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.decode.cache import Arrays, load_arrays, save_arrays
from soundpost_training.errors import DatasetError
from soundpost_training.progress import bar

PART = 500
"""Recordings in a part: minutes of work, tens of megabytes."""


class Extracted(NamedTuple):
    """The features of one recording.

    Attributes:
        log_mels: float32[frames, bands] each.
        warning: Damage of the recording that was read over; empty if there is none.
    """

    log_mels: list[NDArray[np.float32]]
    warning: str = ""


Extract = Callable[[int], Extracted]
"""Computes the log-mels of a recording by its position; a DatasetError says why it has none."""


def extract_all(
    count: int, extract: Extract, *, title: str, folder: Path, strict: bool = False
) -> Arrays:
    """Returns the log-mels of recordings 0 to `count` - 1, end to end.

    Args:
        count: Number of recordings.
        extract: Computes the log-mels of one recording.
        title: Text beside the progress bar.
        folder: Stores the parts if there are several, and has those of an interrupted attempt.
        strict: A recording without log-mels is an error instead of a reason.

    Returns:
        `log_mel` float32[all frames, bands], `starts` and `frames` int64[log-mels], `clips`
        int64[log-mels] with the recording of each, `reasons` why recordings have none, and
        `warnings` about damaged ones.

    Raises:
        DatasetError: A part cannot be stored, or a recording has no log-mel and `strict` is set.
    """
    parts = []
    with bar() as progress:
        task = progress.add_task(title, total=count)
        for first in range(0, count, PART):
            recordings = range(first, min(first + PART, count))
            path = folder / f"{first:06}.npz"
            part = load_arrays(path)
            if part is None:
                part = _extract_part(
                    recordings, extract, lambda: progress.advance(task), strict=strict
                )
                if count > PART:
                    save_arrays(path, part)
            else:
                progress.advance(task, len(recordings))
            parts.append(part)
    return _join(parts)


def _extract_part(
    recordings: range, extract: Extract, advance: Callable[[], None], *, strict: bool
) -> Arrays:
    log_mels: list[NDArray[np.float32]] = []
    clips, reasons, warnings = [], [], []
    for recording in recordings:
        try:
            extracted = extract(recording)
        except DatasetError as error:
            if strict:
                raise
            reasons.append(f"{error} ({error.hint})")
        else:
            log_mels += extracted.log_mels
            clips += [recording] * len(extracted.log_mels)
            warnings += [extracted.warning] if extracted.warning else []
        advance()
    return {
        "log_mel": np.concatenate(log_mels) if log_mels else np.empty((0, 0), np.float32),
        "frames": np.array([len(log_mel) for log_mel in log_mels], np.int64),
        "clips": np.array(clips, np.int64),
        "reasons": np.array(reasons, dtype=str),
        "warnings": np.array(warnings, dtype=str),
    }


def _join(parts: list[Arrays]) -> Arrays:
    # A part without log-mels has bands of its own, none, and cannot be concatenated with others.
    filled = [part for part in parts if len(part["clips"])] or parts
    joined = {name: np.concatenate([part[name] for part in filled]) for name in parts[0]}
    for name in ("reasons", "warnings"):
        joined[name] = np.concatenate([part[name] for part in parts])
    joined["starts"] = np.concatenate(([0], np.cumsum(joined["frames"])[:-1])).astype(np.int64)
    return joined
