"""The first seconds of clips that were taken for something else, to be listened to in the page."""

import io
from collections.abc import Iterator
from pathlib import Path

import soundfile

from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.errors import DatasetError
from soundpost_training.evaluate.evaluate import Confusion

RATE_HZ = 16_000
SECONDS = 4.0
MOST_CLIPS = 20
MOST_BYTES = 2_000_000
"""All together, before base64 makes a third more of them."""


def excerpts(confusions: list[Confusion]) -> dict[str, bytes]:
    """The beginnings of some clips as FLAC, by their paths: mono, 16 kHz, four seconds at most.

    A clip of each confusion first, then a second one of each, as long as number and size allow.
    What cannot be read any more has none.

    Args:
        confusions: The most frequent first.
    """
    found: dict[str, bytes] = {}
    left_bytes = MOST_BYTES
    for path in _by_turns(confusions):
        if len(found) == MOST_CLIPS:
            break
        try:
            flac = _excerpt(Path(path))
        except DatasetError:
            continue  # it may have moved since it was scored; its path is in the page all the same
        if len(flac) <= left_bytes:
            found[path] = flac
            left_bytes -= len(flac)
    return found


def _by_turns(confusions: list[Confusion]) -> Iterator[str]:
    for turn in range(max((len(one.paths) for one in confusions), default=0)):
        yield from (one.paths[turn] for one in confusions if turn < len(one.paths))


def _excerpt(path: Path) -> bytes:
    pcm = read_pcm(path, RATE_HZ)[: round(SECONDS * RATE_HZ)]
    flac = io.BytesIO()
    soundfile.write(flac, pcm, RATE_HZ, "PCM_16", format="FLAC")
    return flac.getvalue()
