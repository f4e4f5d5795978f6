"""The examples that a head keeps: what it was taught on, for the next time.

Two files lie beside the weights in each version: `examples.json` names the clips, `examples.npz`
has the embeddings of their windows. No sound is among them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.classify.arrays import (
    LARGEST_ARRAY_BYTES,
    UNREADABLE,
    ArrayMismatchError,
    arrays_archive,
    open_arrays,
)
from soundpost.errors import TeachError
from soundpost.system.regular_file import read_regular
from soundpost.teach.examples import KeptEmbeddings, Recording, Stretch
from soundpost.teach.sound.clips import Side

EXAMPLES_FILE = "examples.json"
EMBEDDINGS_FILE = "examples.npz"
MOST_EMBEDDED_BYTES = 95_000_000
"""Nine hundred clips of 5 s take 92 MB with `everyday`; so do 180 of a minute."""
LARGEST_BYTES = MOST_EMBEDDED_BYTES + 1_000_000
"""With the numbers of windows, and headers."""


Kind = TypeVar("Kind", bound=np.floating)


class KeptClip(msgspec.Struct, frozen=True):
    """A clip that a head was taught on.

    Attributes:
        key: The hash of its samples.
        path: Its file, absolute: it is taught again from any folder. It may be gone.
        side: The label, or another sound.
    """

    key: str
    path: str
    side: Side


class KeptExamples(msgspec.Struct, frozen=True):
    """The content of `examples.json`.

    Attributes:
        clips: In the order of the embeddings.
        stride_seconds: From window to window.
        background: The files of background that were given, absolute.
    """

    clips: list[KeptClip]
    stride_seconds: float
    background: list[str] = []


def require_keepable(recordings: Sequence[Recording]) -> None:
    """Raises TeachError if their files were too large to be read: they are needed for `--again`."""
    parts = [[each.rows for each in recordings], [each.stretch.embeddings for each in recordings]]
    sizes = [np.float16().itemsize * sum(map(np.size, part)) for part in parts]
    share = max(max(sizes) / LARGEST_ARRAY_BYTES, sum(sizes) / MOST_EMBEDDED_BYTES)
    if share > 1.0:
        raise TeachError(
            f"the clips are too many or too long: {share:.1f} times what a head can keep",
            hint="give fewer or shorter clips, or train with soundpost-train quick",
        )


def attachments(
    clips: Sequence[KeptClip], recordings: Sequence[Recording], background: Sequence[str]
) -> dict[str, bytes]:
    """Returns the two files.

    Args:
        clips: What the recordings are of, in their order.
        recordings: Their embeddings.
        background: The files of background that were given.
    """
    stride = recordings[0].stretch.stride_seconds
    kept = KeptExamples(list(clips), stride, list(background))
    return {
        EXAMPLES_FILE: msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n",
        EMBEDDINGS_FILE: arrays_archive(
            {
                "rows": _joined([each.rows for each in recordings]),
                "row_counts": _counts([each.rows for each in recordings]),
                "windows": _joined([each.stretch.embeddings for each in recordings]),
                "window_counts": _counts([each.stretch.embeddings for each in recordings]),
            }
        ),
    }


def read_kept(folder: Path) -> KeptExamples | None:
    """Returns what a version of a head was taught on; None if it does not say so.

    Raises:
        TeachError: The file is damaged.
    """
    path = folder / EXAMPLES_FILE
    try:
        return msgspec.json.decode(read_regular(path, LARGEST_BYTES), type=KeptExamples)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _damaged(path, error) from error


def read_recordings(folder: Path, kept: KeptExamples, size: int) -> list[Recording]:
    """Returns the recordings of a version, in the order of its clips.

    Args:
        folder: Of the version.
        kept: Its clips.
        size: Values of an embedding.

    Raises:
        TeachError: The file is damaged.
    """
    path = folder / EMBEDDINGS_FILE
    number = len(kept.clips)
    try:
        with open_arrays(read_regular(path, LARGEST_BYTES)) as arrays:
            rows = arrays.read("rows", np.float16, (None, size))
            row_counts = arrays.read("row_counts", np.int64, (number,))
            windows = arrays.read("windows", np.float16, (None, size))
            window_counts = arrays.read("window_counts", np.int64, (number,))
        fitted = _split(rows.astype(np.float32), row_counts)
        # As they are, in half of the memory: they are scored one after another.
        parts = zip(fitted, _split(windows, window_counts), strict=True)
    except (OSError, ArrayMismatchError, *UNREADABLE) as error:
        raise _damaged(path, error) from error
    return [
        Recording(clip.key, Stretch(Path(clip.path).name, of_clip, kept.stride_seconds), chosen)
        for clip, (chosen, of_clip) in zip(kept.clips, parts, strict=True)
    ]


def _joined(parts: Sequence[KeptEmbeddings]) -> NDArray[np.float16]:
    """Returns all rows of parts; converted first, because joined they are most of the memory."""
    return np.concatenate([part.astype(np.float16) for part in parts])


def _counts(parts: Sequence[KeptEmbeddings]) -> NDArray[np.int64]:
    return np.array([len(part) for part in parts], np.int64)


def _split(rows: NDArray[Kind], counts: NDArray[np.int64]) -> list[NDArray[Kind]]:
    if (counts < 1).any() or counts.sum() != len(rows):
        raise ValueError("the numbers of windows do not fit the windows")
    if not np.isfinite(rows).all():
        raise ValueError("values that are not finite")
    return np.split(rows, np.cumsum(counts)[:-1])


def _damaged(path: Path, error: Exception) -> TeachError:
    return TeachError(
        f"{path} cannot be read: {error}",
        hint="teach the label anew with all its clips, or go back with --undo",
    )
