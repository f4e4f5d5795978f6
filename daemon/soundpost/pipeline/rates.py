"""The rate of capture, and the sound of a source at the rates of its models."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from soundpost.audio import Chunk
from soundpost.audio.resample import MonoResampler
from soundpost.config import CaptureConfig
from soundpost.events import AnyWindow
from soundpost.manifest import Manifest
from soundpost.pipeline.clock import ModelClock


def capture_rate_hz(config: CaptureConfig, manifests: Sequence[Manifest]) -> int:
    """Returns the rate at which a source is captured, and at which its samples are counted.

    It is `capture.rate_hz`, by default the highest rate that one of the models takes: nothing that
    a model needs is lost on the way down to its rate, while a band that was not captured cannot be
    regained on the way up.
    """
    return config.rate_hz or max(manifest.input.sample_rate_hz for manifest in manifests)


def missing_bands(manifests: Sequence[Manifest], rate_hz: int) -> list[str]:
    """Returns a line for each model that takes a higher rate than that of capture."""
    return [
        f"{manifest.id} takes sound at {manifest.input.sample_rate_hz} Hz and gets it at "
        f"{rate_hz} Hz: its band above {rate_hz // 2} Hz is empty"
        for manifest in manifests
        if manifest.input.sample_rate_hz > rate_hz
    ]


class Rate(Protocol):
    """The sound of a source at the rate of some models."""

    @property
    def progress_sample(self) -> int:
        """The position, on the clock of capture, up to which the sound was yielded."""

    def convert(self, chunk: Chunk) -> Iterable[Chunk]:
        """Returns the sound that the chunk completes, on the clock of the models."""

    def flush(self) -> Iterable[Chunk]:
        """Returns the sound that is still held, and ends the stretch."""

    def capture_sample(self, sample: int) -> int:
        """Returns the position on the clock of capture of a position on that of the models."""

    def placed(self, window: AnyWindow) -> AnyWindow:
        """Returns a window of the models with its position on the clock of capture."""


class CaptureRate:
    """The sound at the rate of capture: every chunk as it is."""

    def __init__(self) -> None:
        self._last_chunk: Chunk | None = None

    @property
    def progress_sample(self) -> int:
        """The end of the last chunk."""
        return self._last_chunk.end_sample if self._last_chunk else 0

    def convert(self, chunk: Chunk) -> Iterable[Chunk]:
        """Returns the chunk."""
        self._last_chunk = chunk
        return (chunk,)

    def flush(self) -> Iterable[Chunk]:
        """Returns nothing: no sound is held."""
        return ()

    def capture_sample(self, sample: int) -> int:
        """Returns the same position: there is one clock."""
        return sample

    def placed(self, window: AnyWindow) -> AnyWindow:
        """Returns the window itself."""
        return window


class OtherRate:
    """The sound at another rate than that of capture, resampled as a stream.

    A gap ends the stretch: what the filter holds is yielded, and a new stream begins after it.

    Args:
        capture_rate_hz: The rate of the chunks.
        model_rate_hz: The rate of the models.
    """

    def __init__(self, capture_rate_hz: int, model_rate_hz: int) -> None:
        self._capture_rate_hz = capture_rate_hz
        self._model_rate_hz = model_rate_hz
        self._clock = ModelClock(capture_rate_hz, model_rate_hz)
        self._resampler: MonoResampler | None = None
        self._last_chunk: Chunk | None = None
        self._model_end = 0

    @property
    def progress_sample(self) -> int:
        """The position, on the clock of capture, up to which the sound was yielded."""
        return self._clock.capture_sample(self._model_end)

    def convert(self, chunk: Chunk) -> Iterator[Chunk]:
        """Yields the sound that the chunk completes, after the rest of a stretch that is over."""
        if self._last_chunk is None or chunk.start_sample != self._last_chunk.end_sample:
            yield from self.flush()
            self._model_end = self._clock.begin_stretch(chunk.start_sample)
            self._resampler = MonoResampler(self._capture_rate_hz, self._model_rate_hz)
        self._last_chunk = chunk
        yield from self._resampled(chunk, is_last=False)

    def flush(self) -> Iterator[Chunk]:
        """Yields the sound that the filter holds, and ends the stretch."""
        if self._last_chunk is not None:
            chunk, self._last_chunk = self._last_chunk, None
            yield from self._resampled(chunk, is_last=True)
            self._clock.end_stretch(chunk.end_sample, self._model_end)

    def capture_sample(self, sample: int) -> int:
        """Returns the position on the clock of capture of a position on that of the models."""
        return self._clock.capture_sample(sample)

    def placed(self, window: AnyWindow) -> AnyWindow:
        """Returns a window of the models with its position on the clock of capture."""
        return replace(
            window,
            start_sample=self._clock.capture_sample(window.start_sample),
            end_sample=self._clock.capture_sample(window.end_sample),
        )

    def _resampled(self, chunk: Chunk, *, is_last: bool) -> Iterator[Chunk]:
        if self._resampler is None:
            return
        resampler = self._resampler
        samples = resampler.flush() if is_last else resampler.resample_pcm(chunk.samples)
        if len(samples):
            start, self._model_end = self._model_end, self._model_end + len(samples)
            yield Chunk(start, samples, self._clock.utc_ns(start, chunk))
