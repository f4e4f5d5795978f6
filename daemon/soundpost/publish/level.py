"""How loud it is, told every so often."""

from collections.abc import Callable

import numpy as np

from soundpost.audio import Chunk, mean_square_dbfs
from soundpost.config import MqttConfig
from soundpost.observer import Observer
from soundpost.publish.state_topics import StateTopics


class LevelReporter(Observer):
    """Tells the level of one stretch of sound after the other, all of the same length.

    It goes by the samples, so the levels are the same whatever the size of the chunks. While there
    is no sound nothing is told; a stretch that a gap interrupts begins anew.

    Args:
        stretch_samples: How long each is.
        tell: Told the RMS level of each, dBFS.
    """

    def __init__(self, stretch_samples: int, tell: Callable[[float], None]) -> None:
        self._stretch_samples = stretch_samples
        self._tell = tell
        self._restart(0)

    def on_chunk(self, chunk: Chunk) -> None:
        """Measure what is heard next."""
        if chunk.start_sample != self._end_sample:
            self._restart(chunk.start_sample)
        signal = chunk.samples.astype(np.float64)
        while len(signal):
            piece = signal[: self._stretch_samples - self._held_samples]
            # A sum of squares of int16 is a whole number that float64 holds exactly for a week.
            self._sum += float(piece @ piece)
            self._held_samples += len(piece)
            self._end_sample += len(piece)
            signal = signal[len(piece) :]
            if self._held_samples == self._stretch_samples:
                self._tell(mean_square_dbfs(self._sum / self._stretch_samples))
                self._restart(self._end_sample)

    def _restart(self, sample: int) -> None:
        self._end_sample = sample
        self._held_samples = 0
        self._sum = 0.0


def build_level_reporter(
    config: MqttConfig, sample_rate_hz: int, state_topics: StateTopics
) -> LevelReporter | None:
    """What tells levels as plain numbers, as often as the configuration says; None for never.

    The broker does not keep them: what was a moment ago is not so for ever.
    """
    if not config.level_seconds:
        return None

    def tell(level_dbfs: float) -> None:
        rounded = round(level_dbfs, 1) + 0.0  # and no "-0.0" on the wire
        state_topics.set_transient("level", f"{rounded:.1f}".encode())

    return LevelReporter(round(config.level_seconds * sample_rate_hz), tell)
