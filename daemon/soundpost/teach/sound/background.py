"""Reads the node's own background: recordings without the sound that is taught."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from soundpost.audio import Pcm
from soundpost.recording import RecordingError, problem_of
from soundpost.teach.examples import KeptEmbeddings, Stretch
from soundpost.teach.sound.clip_sound import resampled_blocks
from soundpost.teach.sound.clips import LeftOut
from soundpost.teach.sound.embed import EmbeddedWindows, SoundEmbedder

MOST_SECONDS = 3_600.0
"""Of all background together: its embeddings take 26 MB in `everyday`."""
PIECE_SECONDS = 6.0
MOST_PIECES = 40
"""Of sound that is kept for mixing: four minutes, 8 MB at 16 kHz."""
BLOCK_SECONDS = 2.0
PART_WINDOWS = 2_048
"""Of embeddings that lie in one piece of memory."""


@dataclass(slots=True)
class Background:
    """Background that was read.

    Attributes:
        stretches: Its windows.
        pieces: Pieces of its sound, int16[n] each.
        left_out: Files that cannot be used.
    """

    stretches: list[Stretch] = field(default_factory=list)
    pieces: list[Pcm] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """The length of all stretches."""
        return sum(stretch.seconds for stretch in self.stretches)


def read_background(
    paths: Sequence[Path], embedder: SoundEmbedder, progress: Callable[[int, int, str], None]
) -> Background:
    """Reads files of background, in bounded memory; those that cannot be read are left out.

    Args:
        paths: The files.
        embedder: Computes embeddings.
        progress: Called with the files that are done, all, and the name of the present one.
    """
    background = Background()
    pieces = _PieceKeeper(round(PIECE_SECONDS * embedder.rate_hz), background.pieces)
    for number, path in enumerate(paths):
        progress(number, len(paths), path.name)
        left_seconds = MOST_SECONDS - background.seconds
        if left_seconds <= 0.0:
            background.left_out.append(
                LeftOut(path, f"{MOST_SECONDS / 3600:g} h of background are enough")
            )
            continue
        try:
            blocks = pieces.keep(_blocks(path, embedder.rate_hz, left_seconds))
            embeddings = list(_large_parts(embedder.stream(blocks)))
        except RecordingError as error:
            background.left_out.append(LeftOut(path, problem_of(path, error)))
            continue
        if not embeddings:
            background.left_out.append(LeftOut(path, "is shorter than a window"))
            continue
        background.stretches.append(
            Stretch(path.name, np.concatenate(embeddings), embedder.stride_seconds)
        )
    return background


def _large_parts(stream: Iterable[EmbeddedWindows]) -> Iterator[KeptEmbeddings]:
    """Yields embeddings in parts of some megabytes, float16[windows, size].

    Memory of small arrays is not returned to the system when all are joined: an hour of them would
    stay beside what is fitted.
    """
    waiting: list[KeptEmbeddings] = []
    for windows in stream:
        waiting.append(windows.embeddings.astype(np.float16))
        if sum(map(len, waiting)) >= PART_WINDOWS:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)


def _blocks(path: Path, rate_hz: int, longest_seconds: float) -> Iterator[Pcm]:
    """Yields the sound of a file, int16[n] at a rate.

    Raises:
        RecordingError: It cannot be read.
    """
    waiting: list[Pcm] = []
    for block in resampled_blocks(path, rate_hz, round(longest_seconds * rate_hz)):
        waiting.append(block)
        if sum(map(len, waiting)) >= BLOCK_SECONDS * rate_hz:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)


class _PieceKeeper:
    """Keeps some pieces of sound that passes through, evenly over all of it.

    When the list is full, every second piece is removed, and from then on only every second one of
    the new pieces is kept.
    """

    def __init__(self, length: int, pieces: list[Pcm]) -> None:
        self._length = length
        self._pieces = pieces
        self._every = 1
        self._seen = 0

    def keep(self, blocks: Iterator[Pcm]) -> Iterator[Pcm]:
        """Yields the blocks of a file as they are."""
        waiting: list[Pcm] = []
        for block in blocks:
            yield block
            waiting.append(block)
            if sum(map(len, waiting)) >= self._length:
                self._add(np.concatenate(waiting)[: self._length])
                waiting = []
        if not self._pieces and waiting:  # short files are better than none
            self._add(np.concatenate(waiting))

    def _add(self, piece: Pcm) -> None:
        if self._seen % self._every == 0 and len(piece):
            self._pieces.append(piece)
        self._seen += 1
        if len(self._pieces) > MOST_PIECES:
            del self._pieces[1::2]
            self._every *= 2
