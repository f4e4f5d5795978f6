"""Reads a recording as the daemon's file source does."""

from collections.abc import Callable, Iterator
from pathlib import Path

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.audio.resample import MonoResampler
from soundpost.recording import Recording, open_recording


def read_chunks(
    path: Path, rate_hz: int, warn: Callable[[str], object] = lambda _: None
) -> Iterator[Chunk]:
    """Yields a recording as mono chunks at the model's rate, to its last sample.

    Args:
        path: The recording.
        rate_hz: The rate of the model.
        warn: Called at the end with the damage that was read over, if there is any.

    Raises:
        CaptureError: The recording cannot be read.
    """
    start_sample = 0
    with open_recording(path, allow_pipes=False) as recording:
        for samples in _resampled(recording, rate_hz):
            if len(samples):
                yield Chunk(start_sample, samples, samples_to_ns(start_sample, rate_hz))
                start_sample += len(samples)
        if recording.warning:
            warn(recording.warning)


def _resampled(recording: Recording, rate_hz: int) -> Iterator[Pcm]:
    resampler = MonoResampler(recording.rate_hz, rate_hz)
    yield from map(resampler.resample, recording.blocks())
    # Only now: what is flushed earlier is silence, and the end of the recording is missing.
    yield resampler.flush()
