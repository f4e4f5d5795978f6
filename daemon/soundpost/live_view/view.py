"""The live view: follows the sound while it is requested, and sends what is no speech."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.events import Scores
from soundpost.evidence.speech import MARGIN_SECONDS, widened
from soundpost.live_view.columns import ColumnEncoder
from soundpost.live_view.scored_windows import ScoredWindows
from soundpost.live_view.voices import VoiceFinder
from soundpost.observer import Observer

COLUMNS_PER_MESSAGE = 10
"""Half a second: two messages a second."""
MOST_COLUMNS = 2 * COLUMNS_PER_MESSAGE
"""In a message. What is ready beyond them is left out: the classifier was late, or a file is read
faster than it sounds."""
SHORTEST_PAUSE_SECONDS = 0.4
"""Between two messages, so that a file at full speed sends no more than a microphone."""

_log = logging.getLogger("soundpost.live_view")


class LiveColumns(NamedTuple):
    """Some columns that are ready to be sent.

    Attributes:
        first: The number of the first one, counted from the start of capture.
        columns: uint8[columns, bands].
        end_utc_ns: The capture time of the end of the last one, nanoseconds since 1970 UTC.
        scores: The highest scores by then, the highest first.
    """

    first: int
    columns: NDArray[np.uint8]
    end_utc_ns: int
    scores: dict[str, float]


@dataclass(frozen=True, slots=True)
class SoundParts:
    """The parts that follow the sound and the scores.

    Attributes:
        encoder: Computes the columns.
        voices: Finds voices.
        windows: Follows the scores.
        latest_score_samples: The time after which every window that has a sample is scored.
        sample_rate_hz: The rate of capture.
    """

    encoder: ColumnEncoder
    voices: VoiceFinder
    windows: ScoredWindows
    latest_score_samples: int
    sample_rate_hz: int


class LiveView(Observer):
    """Sends columns of the spectrogram and the top scores while they are requested.

    A column is sent when all that can hide it is known: the voices up to a margin after it, and the
    scores of every window that has a part of it. It is hidden if a voice is near, if a label for
    speech holds in one of these windows, or if a model has not classified it. Without a request
    nothing is stored or computed.

    Args:
        parts: What follows the sound.
        send: Sends columns, or drops them.
        monotonic_seconds: The clock of requests.

    Attributes:
        delay_seconds: The time by which the columns are behind the sound.
    """

    def __init__(
        self,
        parts: SoundParts,
        send: Callable[[LiveColumns], None],
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parts = parts
        self._send = send
        self._monotonic_seconds = monotonic_seconds
        self._margin_samples = round(MARGIN_SECONDS * parts.sample_rate_hz)
        self._delay_samples = (
            parts.latest_score_samples + self._margin_samples + parts.encoder.reach_samples
        )
        self.delay_seconds = self._delay_samples / parts.sample_rate_hz
        self._until_seconds: float | None = None
        self._paused_until_seconds = 0.0
        self._start_sample = self._next_column = 0
        self._samples: Pcm = np.zeros(0, np.int16)

    def renew(self, seconds: float) -> None:
        """Sends columns for so many seconds from now on."""
        now_seconds = self._monotonic_seconds()
        if self._until_seconds is None:
            _log.info("the live view is sent while it is requested")
            self._begin(0)
        self._until_seconds = now_seconds + seconds

    @property
    def is_active(self) -> bool:
        """True while it is requested."""
        return self._until_seconds is not None

    def on_chunk(self, chunk: Chunk) -> None:
        """Sends the columns that are ready, and stores the chunk."""
        if self._until_seconds is None or self._has_ended():
            return
        if chunk.start_sample != self._end_sample:
            self._begin(chunk.start_sample)
        self._send_ready(chunk)
        self._samples = np.concatenate((self._samples, chunk.samples))
        self._parts.voices.append(chunk.samples)

    def on_waiting(self) -> None:
        """Ends the live view while there is no sound, too."""
        if self._until_seconds is not None:
            self._has_ended()

    def on_scores(self, scores: Scores) -> None:
        """Takes the scores of a window."""
        if self._until_seconds is not None:
            self._parts.windows.on_scores(scores)

    @property
    def _end_sample(self) -> int:
        return self._start_sample + len(self._samples)

    def _begin(self, start_sample: int) -> None:
        """Begins a stretch; the windows before it stay, because they may reach into it."""
        self._start_sample = start_sample
        self._samples = np.zeros(0, np.int16)
        self._next_column = -(-start_sample // self._parts.encoder.column_samples)
        self._parts.voices.reset(start_sample)
        self._parts.windows.drop_before(start_sample)

    def _has_ended(self) -> bool:
        if self._until_seconds is None or self._monotonic_seconds() < self._until_seconds:
            return False
        self._until_seconds = None
        self._begin(0)
        self._parts.windows.reset()
        _log.info("the live view has ended: it is not requested any more")
        return True

    def _send_ready(self, chunk: Chunk) -> None:
        """Sends the columns before the chunk by so much that all that can hide them is known."""
        column_samples = self._parts.encoder.column_samples
        ready = (chunk.start_sample - self._delay_samples) // column_samples - self._next_column
        now_seconds = self._monotonic_seconds()
        if ready < COLUMNS_PER_MESSAGE or now_seconds < self._paused_until_seconds:
            return
        self._paused_until_seconds = now_seconds + SHORTEST_PAUSE_SECONDS
        first = self._next_column + max(0, ready - MOST_COLUMNS)
        end_column = self._next_column + ready
        end_sample = end_column * column_samples
        columns = self._encode(first * column_samples, end_sample)
        self._next_column = end_column
        before = samples_to_ns(chunk.start_sample - end_sample, self._parts.sample_rate_hz)
        scores = self._parts.windows.top_scores(end_sample)
        self._forget_before(end_sample - self._margin_samples)
        self._send(LiveColumns(first, columns, chunk.utc_ns - before, scores))

    def _encode(self, start_sample: int, end_sample: int) -> NDArray[np.uint8]:
        margin, end_sample = self._margin_samples, end_sample + self._parts.encoder.reach_samples
        stretch = (start_sample - margin, end_sample + margin)
        hidden = self._parts.voices.voiced(*stretch) | self._parts.windows.hidden(*stretch)
        hidden = widened(hidden, margin)[margin : len(hidden) - margin]
        held = self._samples[start_sample - self._start_sample : end_sample - self._start_sample]
        return self._parts.encoder.encode(held, hidden)

    def _forget_before(self, sample: int) -> None:
        self._samples = self._samples[max(0, sample - self._start_sample) :]
        self._start_sample = max(sample, self._start_sample)
        self._parts.voices.drop_before(sample)
        self._parts.windows.drop_before(sample)
