"""The gate: which samples go on to be classified."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import numpy as np

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.config import GateConfig
from soundpost.gate.level_trigger import LevelTrigger

BLOCK_MS = 20
"""The gate judges blocks of this length: one of the three (10, 20, 30) that webrtcvad takes."""


class Gate(Protocol):
    """Decides what is worth hearing."""

    @property
    def quiet_since(self) -> int | None:
        """The sample at which the gate closed; None while what came since may still pass."""

    def filter(self, chunk: Chunk) -> Iterator[Chunk]:
        """What passes of all that was heard so far, in order; what is shut out is a gap."""


class Trigger(Protocol):
    """Tells whether a block holds what the gate opens for; may learn from every block."""

    def is_triggered(self, block: Pcm) -> bool:
        """Whether the block holds it; called for each block of a stretch, in order."""

    def reset(self) -> None:
        """Begin anew, as after a gap."""


class AlwaysOpen:
    """The gate that lets everything pass, as it came."""

    quiet_since: int | None = None

    def filter(self, chunk: Chunk) -> Iterator[Chunk]:
        """The chunk itself."""
        yield chunk


class BlockGate:
    """A gate that opens for the blocks in which its triggers hear something.

    Blocks are counted from the first sample of an unbroken stretch, so what passes does not
    depend on the size of the chunks. A gap in the input closes the gate and makes its triggers
    begin anew. Up to one block at the end of a stretch is never judged, and does not pass.

    Args:
        triggers: What to listen for.
        combine: `any` or `all` of the triggers must hear something.
        sample_rate_hz: Rate of the chunks.
        pre_roll_seconds: How much of what was heard before opening passes too.
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
        self._shut_since: int | None = 0
        self._triggers = triggers
        self._combine = combine
        self._sample_rate_hz = sample_rate_hz
        self._block_samples = sample_rate_hz * BLOCK_MS // 1000
        self._hangover_blocks = round(hangover_seconds * 1000 / BLOCK_MS)
        self._held: deque[Pcm] = deque(maxlen=round(pre_roll_seconds * 1000 / BLOCK_MS))
        self._judged_until_sample = 0
        self._restart(0)

    @property
    def quiet_since(self) -> int | None:
        """The sample at which the gate closed, once no pre-roll can bridge the gap any more."""
        if self._shut_since is None:
            return None
        shut_samples = self._judged_until_sample - self._shut_since
        pre_roll_samples = (self._held.maxlen or 0) * self._block_samples
        return self._shut_since if shut_samples > pre_roll_samples else None

    def _restart(self, start_sample: int) -> None:
        """Close, and forget what was heard; the next block starts at `start_sample`."""
        if self._shut_since is None:
            self._shut_since = self._judged_until_sample
        self._judged_until_sample = start_sample
        self._unjudged: Pcm = np.empty(0, np.int16)
        self._hangover_left_blocks = 0
        self._held.clear()
        for trigger in self._triggers:
            trigger.reset()

    def filter(self, chunk: Chunk) -> Iterator[Chunk]:
        """What passes, each unbroken run of blocks as one chunk."""
        if chunk.start_sample != self._judged_until_sample + len(self._unjudged):
            self._restart(chunk.start_sample)
        samples = np.concatenate((self._unjudged, chunk.samples))
        whole_samples = len(samples) - len(samples) % self._block_samples
        self._unjudged = samples[whole_samples:].copy()
        passing: list[Pcm] = []
        for block in samples[:whole_samples].reshape(-1, self._block_samples):
            self._update(block)
            if self._shut_since is None:
                passing += [*self._held, block]
                self._held.clear()
            else:
                yield from self._joined(passing, self._shut_since, chunk)
                passing = []
                self._held.append(block.copy())
            self._judged_until_sample += self._block_samples
        yield from self._joined(passing, self._judged_until_sample, chunk)

    def _update(self, block: Pcm) -> None:
        """Open or close the gate for the block."""
        # Every trigger hears every block, because it learns from all of them.
        if self._combine([trigger.is_triggered(block) for trigger in self._triggers]):
            self._shut_since = None
            self._hangover_left_blocks = self._hangover_blocks
        elif self._hangover_left_blocks:
            self._hangover_left_blocks -= 1
        elif self._shut_since is None:
            self._shut_since = self._judged_until_sample

    def _joined(self, blocks: list[Pcm], end_sample: int, chunk: Chunk) -> Iterator[Chunk]:
        if blocks:
            samples = np.concatenate(blocks)
            start_sample = end_sample - len(samples)
            ahead_ns = samples_to_ns(chunk.start_sample - start_sample, self._sample_rate_hz)
            yield Chunk(start_sample, samples, chunk.utc_ns - ahead_ns)


def build_gate(config: GateConfig, sample_rate_hz: int) -> Gate:
    """The gate that a configuration asks for.

    Raises:
        ConfigError: It asks for voices at a rate that webrtcvad does not take.
    """
    if config.open_on == "always":
        return AlwaysOpen()
    return BlockGate(
        _make_triggers(config, sample_rate_hz),
        all if config.open_on == "level_and_voice" else any,
        sample_rate_hz,
        pre_roll_seconds=config.pre_roll_seconds,
        hangover_seconds=config.hangover_seconds,
    )


def _make_triggers(config: GateConfig, sample_rate_hz: int) -> list[Trigger]:
    triggers: list[Trigger] = []
    if "level" in config.open_on:
        floor_blocks = round(config.floor_seconds * 1000 / BLOCK_MS)
        triggers.append(LevelTrigger(config.level_over_floor_db, floor_blocks))
    if "voice" in config.open_on:
        # Only now: webrtcvad costs 18 ms and 4 MB, and by default nobody asks for voices.
        from soundpost.gate.voice_trigger import VoiceTrigger  # noqa: PLC0415 - see above

        triggers.append(VoiceTrigger(config.voice_strictness, sample_rate_hz))
    return triggers
