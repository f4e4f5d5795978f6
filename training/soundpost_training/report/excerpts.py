"""Excerpts of misclassified clips, to be played in the report."""

import io
from collections.abc import Iterator
from pathlib import Path

import soundfile

from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.errors import DatasetError
from soundpost_training.evaluate.evaluate import Confusion

RATE_HZ = 16_000
"""That of the models, so that an excerpt has what the model gets."""

SECONDS = 4.0
"""Two windows: enough to recognise a sound."""

MOST_CLIPS = 20
MOST_BYTES = 2_000_000
"""Of all excerpts, before base64 adds a third; a page of some MB opens at once."""


def excerpts(confusions: list[Confusion]) -> dict[str, bytes]:
    """Returns FLAC excerpts of some clips by path: their first 4 s in mono at 16 kHz.

    One clip of each confusion first, then a second of each, as long as number and size allow. A
    clip that cannot be read any more is left out.

    Args:
        confusions: The most frequent first.
    """
    by_path: dict[str, bytes] = {}
    remaining_bytes = MOST_BYTES
    for path in _interleaved(confusions):
        if len(by_path) == MOST_CLIPS:
            break
        try:
            flac = _excerpt(Path(path))
        except DatasetError:
            continue  # the file may have moved since it was scored; the page still has its path
        if len(flac) <= remaining_bytes:
            by_path[path] = flac
            remaining_bytes -= len(flac)
    return by_path


def _interleaved(confusions: list[Confusion]) -> Iterator[str]:
    """Yields the first path of each confusion, then the second of each, and so on."""
    for index in range(max((len(confusion.paths) for confusion in confusions), default=0)):
        for confusion in confusions:
            if index < len(confusion.paths):
                yield confusion.paths[index]


def _excerpt(path: Path) -> bytes:
    pcm = read_pcm(path, RATE_HZ)[: round(SECONDS * RATE_HZ)]
    flac = io.BytesIO()
    soundfile.write(flac, pcm, RATE_HZ, "PCM_16", format="FLAC")
    return flac.getvalue()
