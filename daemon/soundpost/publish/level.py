"""Publishes the sound level at regular intervals."""

from collections.abc import Callable

import numpy as np

from soundpost.audio import Chunk, mean_square_dbfs
from soundpost.config import MqttConfig
from soundpost.observer import Observer
from soundpost.publish.retained.state_topics import StateTopics


class LevelReporter(Observer):
    """Reports the RMS level of consecutive blocks of equal length.

    Blocks are counted in samples, so levels do not depend on the size of the chunks. Without sound
    nothing is reported; a block with a gap in it begins anew. It keeps a sum of squares, not the
    samples (as `audio.blocks` does), because a block may last for minutes.

    Args:
        block_samples: The length of a block.
        report: Called with the RMS level of each block, dBFS.
    """

    def __init__(self, block_samples: int, report: Callable[[float], None]) -> None:
        self._block_samples = block_samples
        self._report = report
        self._restart(0)

    def on_chunk(self, chunk: Chunk) -> None:
        """Adds a chunk to the current block."""
        if chunk.start_sample != self._end_sample:
            self._restart(chunk.start_sample)
        signal = chunk.samples.astype(np.float64)
        while len(signal):
            piece = signal[: self._block_samples - self._held_samples]
            # A sum of squares of int16 is an integer; float64 holds it exactly for a week of sound.
            self._sum += float(piece @ piece)
            self._held_samples += len(piece)
            self._end_sample += len(piece)
            signal = signal[len(piece) :]
            if self._held_samples == self._block_samples:
                self._report(mean_square_dbfs(self._sum / self._block_samples))
                self._restart(self._end_sample)

    def _restart(self, sample: int) -> None:
        self._end_sample = sample
        self._held_samples = 0
        self._sum = 0.0


def build_level_reporter(
    config: MqttConfig, sample_rate_hz: int, state_topics: StateTopics
) -> LevelReporter | None:
    """Builds the reporter that publishes levels as plain numbers; None if `level_seconds` is 0.

    Levels are not retained, because a retained level would look current for ever.
    """
    if not config.level_seconds:
        return None

    def report(level_dbfs: float) -> None:
        rounded = round(level_dbfs, 1) + 0.0  # and no "-0.0" on the wire
        state_topics.set_transient("level", f"{rounded:.1f}".encode())

    return LevelReporter(round(config.level_seconds * sample_rate_hz), report)
