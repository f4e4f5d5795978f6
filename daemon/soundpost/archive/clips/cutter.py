"""Cuts the clips of one recording out of its chunks."""

from collections.abc import Callable, Sequence

import numpy as np

from soundpost.archive.clips.plan import ClipPlan
from soundpost.audio import Chunk, Pcm


class ClipCutter:
    """Cuts clips while a recording is read, and hands each on once it is complete.

    Only clips that overlap the present position are in memory.

    Args:
        plans: The clips, at least one.
        on_clip: Called with each complete clip and its samples, int16[n].
    """

    def __init__(self, plans: Sequence[ClipPlan], on_clip: Callable[[ClipPlan, Pcm], None]) -> None:
        self.end_sample = max(plan.end_sample for plan in plans)
        self._on_clip = on_clip
        self._waiting = sorted(plans, key=lambda plan: plan.start_sample, reverse=True)
        self._open: list[tuple[ClipPlan, list[Pcm]]] = []

    def add(self, chunk: Chunk) -> None:
        """Takes the next samples."""
        while self._waiting and self._waiting[-1].start_sample < chunk.end_sample:
            self._open.append((self._waiting.pop(), []))
        still_open = []
        for plan, pieces in self._open:
            first = max(0, plan.start_sample - chunk.start_sample)
            end = plan.end_sample - chunk.start_sample
            pieces.append(chunk.samples[first:end].copy())
            if plan.end_sample <= chunk.end_sample:
                self._on_clip(plan, np.concatenate(pieces))
            else:
                still_open.append((plan, pieces))
        self._open = still_open
