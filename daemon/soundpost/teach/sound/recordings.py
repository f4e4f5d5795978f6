"""Makes recordings of clips: their windows, and windows of their loud part, made harder."""

import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np

from soundpost.audio import Pcm
from soundpost.recording import RecordingError, problem_of
from soundpost.teach.examples import Embeddings, Recording, Stretch
from soundpost.teach.sound.clips import Clip, LeftOut
from soundpost.teach.sound.embed import SoundEmbedder
from soundpost.teach.sound.harder import LONGEST_SECONDS, surround, variants
from soundpost.teach.sound.loud_part import loud_windows, loudest_stretch

MOST_ROWS = 48
"""Of one recording: windows of a long sound are much alike."""
MOST_PIECES = 64
"""Of clips that are mixed with others: the largest command names 60, and all take 12 MB."""


class RecordingMaker:
    """Computes the embeddings of clips, of which one at a time is in memory.

    Args:
        embedder: Computes embeddings.
        background: Pieces of the node's background, which are mixed with the clips.

    Attributes:
        left_out: Clips that could not be read by now, as those that retention has removed.
    """

    def __init__(self, embedder: SoundEmbedder, background: Sequence[Pcm]) -> None:
        self._embedder = embedder
        self._background = background
        self.left_out: list[LeftOut] = []

    def make(
        self, clips: Sequence[Clip], progress: Callable[[int, int, str], None]
    ) -> list[Recording]:
        """Returns the recordings of clips in their order, without those that are left out.

        Args:
            clips: The clips.
            progress: Called with the clips that are done, all, and the name of the present one.
        """
        recordings = []
        for number, clip in enumerate(clips):
            progress(number, len(clips), clip.path.name)
            try:
                samples = clip.samples
            except RecordingError as error:
                self.left_out.append(LeftOut(clip.path, problem_of(clip.path, error)))
                continue
            recordings.append(self._make(clip, samples))
        return recordings

    def _make(self, clip: Clip, samples: Pcm) -> Recording:
        embedder = self._embedder
        # By the sound alone: neither the order of the clips nor another clip changes its rows.
        rng = np.random.default_rng(zlib.crc32(clip.key.encode()))
        whole = self._in_surroundings(samples, rng)
        windows = embedder.embed(whole)
        loud = loudest_stretch(samples, round(LONGEST_SECONDS * embedder.rate_hz), embedder.rate_hz)
        placed = self._in_surroundings(loud, rng)
        rows = [self._loud_rows(placed, placed)]
        for mixture, alone in variants(placed, self._background, rng, embedder.stride_samples):
            rows.append(self._loud_rows(mixture, alone))
        chosen = np.concatenate(rows)
        if len(chosen) > MOST_ROWS:
            chosen = chosen[np.sort(rng.choice(len(chosen), MOST_ROWS, replace=False))]
        stretch = Stretch(clip.path.name, windows.embeddings, embedder.stride_seconds)
        return Recording(clip.key, stretch, chosen)

    def _in_surroundings(self, samples: Pcm, rng: np.random.Generator) -> Pcm:
        """Returns a sound with so much around it that windows have it at every position."""
        embedder = self._embedder
        room = embedder.window_samples + 2 * embedder.stride_samples
        return surround(samples, self._background, max(room, len(samples)), rng)

    def _loud_rows(self, mixture: Pcm, alone: Pcm) -> Embeddings:
        embedder = self._embedder
        windows = embedder.embed(mixture)
        is_loud = loud_windows(alone, windows.starts, embedder.window_samples, embedder.rate_hz)
        return windows.embeddings[is_loud]


def mixing_pieces(clips: Sequence[Clip], rate_hz: int) -> list[Pcm]:
    """Returns the loud parts of some clips, evenly over all that can be read.

    Args:
        clips: Clips of other sounds.
        rate_hz: Their rate.
    """
    # In the order of their keys: the order in which clips are given changes nothing.
    by_key = sorted(clips, key=lambda clip: clip.key)
    chosen = by_key[:: -(-len(by_key) // MOST_PIECES) or 1]
    pieces = []
    for clip in chosen:
        with suppress(RecordingError):  # `RecordingMaker` says so
            loud = loudest_stretch(clip.samples, round(LONGEST_SECONDS * rate_hz), rate_hz)
            pieces.append(loud.copy())  # of a minute, a part would hold all of it
    return pieces
