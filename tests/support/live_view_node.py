"""A live view of scripted sound and scores."""

from collections.abc import Callable

import msgspec
import numpy as np
from command_harness import tiny_model

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.events import Scores, Window
from soundpost.features import FeatureSpec
from soundpost.live_view.columns import ColumnEncoder
from soundpost.live_view.scored_windows import ScoredWindows
from soundpost.live_view.view import LiveColumns, LiveView, SoundParts
from soundpost.live_view.voices import VoiceFinder
from soundpost.manifest import Manifest

RATE_HZ = 16_000
WINDOW, STRIDE = 16_000, 4_000
SPEC = FeatureSpec()
COLUMN = ColumnEncoder(SPEC).column_samples
STARTS_AT_NS = 1_795_000_000_000_000_000
LABELS = ("hiss", "hum", "hush")


def manifest_with_speech() -> Manifest:
    """Returns the manifest of the tiny model; its last label is for speech, from 0.5 on."""
    manifest = tiny_model().bundle.manifest
    *others, last = manifest.labels
    speech = msgspec.structs.replace(last, speech=True, off_threshold=0.5)
    return msgspec.structs.replace(manifest, labels=[*others, speech], minimum_daemon="0.3.0")


def window(start: int, end: int) -> Window:
    """Returns a window without log-mel."""
    return Window(start, end, np.zeros((0, 64), np.float32), -60.0, 0)


def scores(start: int, end: int, *values: float, model: int = 0) -> Scores:
    """Returns the scores of a window."""
    return Scores(window(start, end), np.array(values, np.float32), model)


class LiveViewNode:
    """A live view that is called as the pipeline does, at a rate of 16 kHz.

    Args:
        score: Returns the scores of the window that starts at a sample; None if the gate is shut.
        seconds: The time for which the view is requested at the start; 0 for never.

    Attributes:
        sent: All that was sent.
        now_seconds: The time of the clock of requests.
        view: The live view.
    """

    def __init__(
        self,
        score: Callable[[int], tuple[float, ...] | None] = lambda _start: (0.1, 0.2, 0.0),
        seconds: float = 1e9,
    ) -> None:
        self._score = score
        self.sent: list[LiveColumns] = []
        self.now_seconds = 0.0
        windows = ScoredWindows([manifest_with_speech()], LABELS)
        parts = SoundParts(
            ColumnEncoder(SPEC), VoiceFinder(RATE_HZ), windows, WINDOW + STRIDE, RATE_HZ
        )
        self.view = LiveView(parts, self.sent.append, monotonic_seconds=lambda: self.now_seconds)
        if seconds:
            self.view.renew(seconds)
        self._scored_to = self._end = self._stretch = 0

    def process(self, samples: Pcm, chunk_samples: int = 800, start: int = 0) -> None:
        """Delivers samples in chunks at their pace, and the windows that each of them completes."""
        if start != self._end:
            self._stretch = self._scored_to = start
        for at in range(0, len(samples), chunk_samples):
            piece = samples[at : at + chunk_samples]
            first = start + at
            self.now_seconds += len(piece) / RATE_HZ
            self.view.on_chunk(Chunk(first, piece, STARTS_AT_NS + samples_to_ns(first, RATE_HZ)))
            self._end = first + len(piece)
            while self._scored_to + WINDOW <= self._end:
                values = self._score(self._scored_to)
                if values is not None:
                    begin = self._scored_to
                    self.view.on_scores(scores(begin, begin + WINDOW, *values))
                self._scored_to += STRIDE

    @property
    def columns(self) -> dict[int, bytes]:
        """The columns that were sent, by their number."""
        return {
            found.first + at: column.tobytes()
            for found in self.sent
            for at, column in enumerate(found.columns)
        }

    @property
    def shown(self) -> set[int]:
        """The numbers of the columns that are not hidden."""
        return {number for number, column in self.columns.items() if any(column)}


def noise(seconds: float, level_dbfs: float = -65.0, seed: int = 1) -> Pcm:
    """Returns the noise of a quiet yard."""
    signal = np.random.default_rng(seed).normal(
        0.0, 10 ** (level_dbfs / 20), round(seconds * RATE_HZ)
    )
    samples: Pcm = np.clip(np.rint(signal * 32_768), -32_768, 32_767).astype(np.int16)
    return samples
