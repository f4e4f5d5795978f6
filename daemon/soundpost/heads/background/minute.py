"""A minute of background: its file, and the name of that."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import NANOSECONDS
from soundpost.classify.arrays import UNREADABLE, ArrayMismatchError, arrays_archive, open_arrays
from soundpost.errors import HeadError

MINUTE_NS = 60 * NANOSECONDS

MOST_WINDOWS = 4_096
"""In one file: a minute has 250 of 0.24 s; more come only while the clock stands still."""
LARGEST_FILE_BYTES = 64_000_000
"""Of the windows of the largest embedding."""

_LARGEST_HALF = 65_504.0
"""The largest float16."""
_NAME = re.compile(r"([a-z0-9][a-z0-9-]{0,63})\.([0-9]{8}T[0-9]{6})Z\.npz")
_TIME = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class BackgroundMinute:
    """The windows of a minute, in their order.

    Attributes:
        utc_ns: int64[n], capture time of the first sample of each window, nanoseconds since 1970
            UTC.
        embeddings: float32[n, size], or float16 as they are stored, in half of the memory.
        top_labels: int16[n], the label of the model with the highest score, as its position in the
            manifest.
        top_scores: float32[n], that score, rounded to float16.
    """

    utc_ns: NDArray[np.int64]
    embeddings: NDArray[np.floating]
    top_labels: NDArray[np.int16]
    top_scores: NDArray[np.float32]


def file_name(model: str, utc_ns: int) -> str:
    """Returns the name of the file of a minute.

    Args:
        model: The id of the model.
        utc_ns: A time in the minute, nanoseconds since 1970 UTC.
    """
    return f"{model}.{_time(utc_ns // MINUTE_NS * 60)}Z.npz"


def named_minute(name: str) -> tuple[str, int] | None:
    """Returns the model and the start of the minute that a file name states, else None.

    The start is in nanoseconds since 1970 UTC.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        start = datetime.strptime(match[2], _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return match[1], round(start.timestamp()) * NANOSECONDS


def minutes_outside(names: Iterable[str], from_ns: int, to_ns: int) -> list[str]:
    """Returns the names of minutes that do not lie in a time: after its start, and by its end.

    A week of minutes has ten thousand names. Times in them are compared as text, which is in their
    order, because reading one as a date takes fifty times as long.

    Args:
        names: Of any files.
        from_ns: The start of the time, nanoseconds since 1970 UTC.
        to_ns: Its end.
    """
    start, end = _time(from_ns // NANOSECONDS), _time(to_ns // NANOSECONDS)
    matches = [(name, match[2]) for name in names if (match := _NAME.fullmatch(name))]
    outside = [name for name, time in matches if not start < time <= end]
    return [name for name in outside if named_minute(name) is not None]


def _time(seconds: int) -> str:
    """Returns the text of a time in a file name."""
    return datetime.fromtimestamp(seconds, UTC).strftime(_TIME)


def encode_minute(minute: BackgroundMinute, model_sha256: str) -> bytes:
    """Returns the content of the file of a minute.

    Args:
        minute: Its windows.
        model_sha256: The hash of the model that gave the embeddings.
    """
    embeddings = np.clip(minute.embeddings, -_LARGEST_HALF, _LARGEST_HALF)
    return arrays_archive(
        {
            "model": np.frombuffer(bytes.fromhex(model_sha256), np.uint8),
            "utc_ns": minute.utc_ns,
            "embeddings": embeddings.astype(np.float16),
            "top_labels": minute.top_labels,
            "top_scores": minute.top_scores.astype(np.float16),
        },
        is_compressed=False,  # it would take 20 ms, between two chunks of sound
    )


def decode_minute(content: bytes, model_sha256: str, size: int) -> BackgroundMinute | None:
    """Returns the windows of a file; None if they are of another model.

    Args:
        content: Of the file.
        model_sha256: The hash of the model.
        size: Values of an embedding.

    Raises:
        HeadError: The file is damaged.
    """
    try:
        with open_arrays(content) as arrays:
            model = arrays.read("model", np.uint8, (32,))
            if model.tobytes().hex() != model_sha256:
                return None
            utc_ns = arrays.read("utc_ns", np.int64, (None,))
            count = len(utc_ns)
            return BackgroundMinute(
                utc_ns=utc_ns,
                embeddings=arrays.read("embeddings", np.float16, (count, size)),
                top_labels=arrays.read("top_labels", np.int16, (count,)),
                top_scores=arrays.read("top_scores", np.float16, (count,)).astype(np.float32),
            )
    except (ArrayMismatchError, *UNREADABLE) as error:
        raise HeadError(f"it is damaged: {error}", hint="remove it") from error
