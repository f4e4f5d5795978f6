"""Noise as chunks of a source."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from soundpost.audio import Chunk, Pcm, samples_to_ns

START_NS = 1_763_626_281_480_000_000


def noise(count: int, seed: int = 0) -> Pcm:
    """Returns white noise."""
    return np.random.default_rng(seed).integers(-9_000, 9_000, count).astype(np.int16)


def cut_chunks(
    samples: Pcm,
    rate_hz: int,
    cuts: Iterable[int] = (),
    start_sample: int = 0,
) -> Iterator[Chunk]:
    """Cuts samples into chunks with their right times.

    Args:
        samples: The samples.
        rate_hz: Their rate.
        cuts: The positions in the samples at which a chunk ends.
        start_sample: The position of the first sample; the time of position 0 is `START_NS`.
    """
    for first, last in pairwise([0, *sorted(cuts), len(samples)]):
        if last > first:
            position = start_sample + first
            yield Chunk(position, samples[first:last], START_NS + samples_to_ns(position, rate_hz))
