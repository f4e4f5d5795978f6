"""The gate: selects the samples that go on to be classified."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import numpy as np

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.audio.blocks import Blocks
from soundpost.config import GateConfig
from soundpost.gate.level_trigger import LevelTrigger

BLOCK_MS = 20
"""Length of the blocks that triggers examine: webrtcvad accepts 10, 20 and 30."""


class Gate(Protocol):
    """Selects the sound that is worth classifying."""

    @property
    def closed_since(self) -> int | None:
        """The sample at which the gate closed; None while sound since then may still pass."""

    def filter(self, chunk: Chunk) -> Iterator[Chunk]:
        """Yields the sound that passes, in order; dropped sound is a gap."""


class Trigger(Protocol):
    """A detector that opens the gate; may learn from every block."""

    def is_triggered(self, block: Pcm) -> bool:
        """Returns whether the block opens the gate; called for every block, in order."""

    def reset(self) -> None:
        """Discards the learned state, after a gap."""


class AlwaysOpen:
    """A gate that lets every chunk pass unchanged."""

    closed_since: int | None = None

    def filter(self, chunk: Chunk) -> Iterator[Chunk]:
        """Yields the chunk itself."""
        yield chunk


class BlockGate:
    """A gate that opens for the blocks that its triggers detect.

    Blocks are counted from the first sample of an unbroken stretch, so the result does not
    depend on the size of the chunks. A gap in the input closes the gate and resets its triggers.
    An unfinished block at the end of a stretch is not examined, and does not pass.

    Args:
        triggers: The detectors that open the gate.
        combine: `any` or `all`: how many of the triggers must detect a block.
        sample_rate_hz: Rate of the chunks.
        pre_roll_seconds: How much sound from before the opening passes, too.
        hangover_seconds: How long the gate stays open after the last block that opened it.
    """

    def __init__(
        self,
        triggers: list[Trigger],
        combine: Callable[[Iterable[bool]], bool],
        sample_rate_hz: int,
        *,
        pre_roll_seconds: float,
        hangover_seconds: float,
    ) -> None:
        self._closed_at_sample: int | None = 0
        self._triggers = triggers
        self._combine = combine
        self._sample_rate_hz = sample_rate_hz
        self._block_samples = sample_rate_hz * BLOCK_MS // 1000
        self._blocks = Blocks(self._block_samples)
        self._hangover_blocks = round(hangover_seconds * 1000 / BLOCK_MS)
        self._pre_roll: deque[Pcm] = deque(maxlen=round(pre_roll_seconds * 1000 / BLOCK_MS))
        self._examined_until_sample = 0
        self._hangover_left_blocks = 0

    @property
    def closed_since(self) -> int | None:
        """The sample at which the gate closed, once no pre-roll can bridge the gap any more."""
        if self._closed_at_sample is None:
            return None
        closed_samples = self._examined_until_sample - self._closed_at_sample
        pre_roll_samples = (self._pre_roll.maxlen or 0) * self._block_samples
        return self._closed_at_sample if closed_samples > pre_roll_samples else None

    def _restart(self, start_sample: int) -> None:
        """Closes and discards the pre-roll; the next block starts at `start_sample`."""
        if self._closed_at_sample is None:
            self._closed_at_sample = self._examined_until_sample
        self._examined_until_sample = start_sample
        self._blocks.restart(start_sample)
        self._hangover_left_blocks = 0
        self._pre_roll.clear()
        for trigger in self._triggers:
            trigger.reset()

    def filter(self, chunk: Chunk) -> Iterator[Chunk]:
        """Yields the sound that passes, each unbroken run of blocks as one chunk."""
        if not self._blocks.continues(chunk):
            self._restart(chunk.start_sample)
        passing: list[Pcm] = []
        for block in self._blocks.split(chunk):
            self._update(block)
            if self._closed_at_sample is None:
                passing += [*self._pre_roll, block]
                self._pre_roll.clear()
            else:
                yield from self._joined(passing, self._closed_at_sample, chunk)
                passing = []
                self._pre_roll.append(block.copy())
            self._examined_until_sample += self._block_samples
        yield from self._joined(passing, self._examined_until_sample, chunk)

    def _update(self, block: Pcm) -> None:
        """Opens or closes the gate for the block."""
        # No short circuit: every trigger learns from every block.
        if self._combine([trigger.is_triggered(block) for trigger in self._triggers]):
            self._closed_at_sample = None
            self._hangover_left_blocks = self._hangover_blocks
        elif self._hangover_left_blocks:
            self._hangover_left_blocks -= 1
        elif self._closed_at_sample is None:
            self._closed_at_sample = self._examined_until_sample

    def _joined(self, blocks: list[Pcm], end_sample: int, chunk: Chunk) -> Iterator[Chunk]:
        if blocks:
            samples = np.concatenate(blocks)
            start_sample = end_sample - len(samples)
            ahead_ns = samples_to_ns(chunk.start_sample - start_sample, self._sample_rate_hz)
            yield Chunk(start_sample, samples, chunk.utc_ns - ahead_ns)


def build_gate(config: GateConfig, sample_rate_hz: int) -> Gate:
    """Builds the configured gate.

    Raises:
        ConfigError: The gate opens for voices, at a rate that webrtcvad does not accept.
    """
    if config.open_on == "always":
        return AlwaysOpen()
    return BlockGate(
        _build_triggers(config, sample_rate_hz),
        all if config.open_on == "level_and_voice" else any,
        sample_rate_hz,
        pre_roll_seconds=config.pre_roll_seconds,
        hangover_seconds=config.hangover_seconds,
    )


def _build_triggers(config: GateConfig, sample_rate_hz: int) -> list[Trigger]:
    triggers: list[Trigger] = []
    if "level" in config.open_on:
        floor_blocks = round(config.floor_seconds * 1000 / BLOCK_MS)
        triggers.append(LevelTrigger(config.level_over_floor_db, floor_blocks))
    if "voice" in config.open_on:
        # Imported on demand: webrtcvad costs 18 ms and 4 MB, and is off by default.
        from soundpost.gate.voice_trigger import VoiceTrigger  # noqa: PLC0415 - see above

        triggers.append(VoiceTrigger(config.voice_strictness, sample_rate_hz))
    return triggers
