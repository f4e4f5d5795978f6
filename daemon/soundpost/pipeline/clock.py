"""Positions on the clock of a model, converted to the clock of capture."""

from collections import deque

import msgspec

from soundpost.audio import NANOSECONDS, Chunk

KEPT_STRETCHES = 8
"""A position lies in the latest stretch or in the one before it: an event ends with the first
window after the stretch that it began in."""


class _Stretch(msgspec.Struct):
    """Consecutive samples, by their positions on both clocks; it has ends once it is over."""

    model_start: int
    capture_start: int
    model_end: int | None = None
    capture_end: int | None = None


class ModelClock:
    """Converts positions on the clock of a model to the clock of capture.

    A model whose rate is not that of capture counts its own samples. Sample k of a stretch lies
    k · capture rate / model rate capture samples after the start of the stretch. This is calculated
    in whole numbers and rounded once, to the nearest capture sample, so that nothing adds up, in
    months of sound or over gaps.

    Args:
        capture_rate_hz: The rate of the clock of capture.
        model_rate_hz: The rate of the model.
    """

    def __init__(self, capture_rate_hz: int, model_rate_hz: int) -> None:
        self._capture_rate_hz = capture_rate_hz
        self._model_rate_hz = model_rate_hz
        self._stretches = deque([_Stretch(0, 0)], maxlen=KEPT_STRETCHES)

    def begin_stretch(self, capture_sample: int) -> int:
        """Begins a stretch, and returns its first sample on the clock of the model.

        It is the first one that does not lie before the capture sample, so that times between two
        stretches are right to a sample of the model, and at least one after the last stretch.
        """
        last = self._stretches[-1]
        start = -(-capture_sample * self._model_rate_hz // self._capture_rate_hz)
        if last.model_end == last.model_start:  # it had no sample of the model
            self._stretches.pop()
        elif last.model_end is not None:
            start = max(start, last.model_end + 1)
        self._stretches.append(_Stretch(start, capture_sample))
        return start

    def end_stretch(self, capture_sample: int, model_sample: int) -> None:
        """Ends a stretch: `model_sample`, one past its last, lies at the end of the sound."""
        self._stretches[-1].capture_end = capture_sample
        self._stretches[-1].model_end = model_sample

    def capture_sample(self, model_sample: int) -> int:
        """Returns the position on the clock of capture that is nearest to a model's sample."""
        stretch = self._stretches[0]
        for later in reversed(self._stretches):
            if later.model_start <= model_sample:
                stretch = later
                break
        if stretch.capture_end is not None and model_sample == stretch.model_end:
            return stretch.capture_end
        doubled = 2 * (model_sample - stretch.model_start) * self._capture_rate_hz
        ahead = (doubled + self._model_rate_hz) // (2 * self._model_rate_hz)
        return stretch.capture_start + ahead

    def utc_ns(self, model_sample: int, chunk: Chunk) -> int:
        """Returns the capture time of a sample in the present stretch, in nanoseconds.

        Args:
            model_sample: The sample, on the clock of the model.
            chunk: A chunk of the stretch, on the clock of capture.
        """
        stretch, model_hz, capture_hz = (
            self._stretches[-1],
            self._model_rate_hz,
            self._capture_rate_hz,
        )
        ahead = (model_sample - stretch.model_start) * capture_hz
        ahead -= (chunk.start_sample - stretch.capture_start) * model_hz
        # Rounded up, as the time of the chunk was rounded down: whole nanoseconds stay whole.
        return chunk.utc_ns - (-ahead * NANOSECONDS // (capture_hz * model_hz))
