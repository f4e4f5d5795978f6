"""Picks events that are worth reviewing: uncertain ones that sound unlike each other."""

import logging
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.audio.resample import MonoResampler
from soundpost.features import FeatureSpec, LogMel
from soundpost.recording import RecordingError
from soundpost.review.event import ReviewedEvent
from soundpost.review.queue import in_order
from soundpost.review.sound import read_stretches, stretch_of

POOL_FACTOR = 10
"""Times as many uncertain events as are picked have their sound read. Zhdanov (2019) found 10
enough for the choice among them to pay."""

Vector = NDArray[np.float64]

_log = logging.getLogger("soundpost.review")


def suggest(events: Sequence[ReviewedEvent], count: int) -> list[ReviewedEvent]:
    """Returns events worth reviewing, the most worthwhile first; the same for the same events.

    Of the events without a verdict, the most uncertain ones are a pool. The most uncertain of all
    is picked first; then, again and again, the one of the pool whose sound is farthest from all
    that were picked or have a verdict. Sources: Zhdanov, "Diverse mini-batch active learning",
    arXiv 1901.05954 (2019), for the pool; Gonzalez, "Clustering to minimize the maximum
    intercluster distance", Theoretical Computer Science 38 (1985), and Sener and Savarese, "Active
    learning for convolutional neural networks: a core-set approach", ICLR 2018, for farthest
    points.

    Events whose sound cannot be read are left out.

    Args:
        events: The events, with or without a verdict.
        count: The number of events; there may be fewer.
    """
    ordered = in_order(events, "uncertain")
    pool = [event for event in ordered if event.decision is None][: POOL_FACTOR * count]
    reviewed = [event for event in ordered if event.decision is not None][: POOL_FACTOR * count]
    vectors = read_vectors([*pool, *reviewed])
    candidates = [event for event in pool if event.event.id in vectors]
    if not candidates:
        return []
    known = [vectors[event.event.id] for event in reviewed if event.event.id in vectors]
    own = np.array([vectors[event.event.id] for event in candidates])
    centres = np.array(known).reshape(len(known), own.shape[1])
    picked = farthest_first(*standardised(own, centres), count)
    return [candidates[at] for at in picked]


def read_vectors(events: Sequence[ReviewedEvent]) -> dict[str, Vector]:
    """Returns a vector of features for each event whose sound can be read, by its id.

    Each recording is read once.
    """
    by_file = defaultdict(list)
    for event in events:
        by_file[event.sound_file].append(event)
    describe = SoundDescription()
    vectors: dict[str, Vector] = {}
    failures = 0
    for path, own in sorted(by_file.items()):
        try:
            for at, sound in read_stretches(path, [stretch_of(event) for event in own]):
                vectors[own[at].event.id] = describe.vector(sound.event_samples, sound.rate_hz)
        except RecordingError as error:
            failures += 1
            if failures == 1:
                _log.warning("left out: %s", error)
    if failures > 1:
        _log.warning("%d more files cannot be read, and are left out", failures - 1)
    return vectors


class SoundDescription:
    """Describes the colour of a sound: mean and deviation of each mel band over its frames.

    The mean of all bands is subtracted, so that the same sound from farther away is described
    alike. The front end is the default one, at 16 kHz, whatever model scored the sound.
    """

    def __init__(self) -> None:
        self._spec = FeatureSpec()
        self._log_mel = LogMel(self._spec)

    def vector(self, samples: Pcm, rate_hz: int) -> Vector:
        """Returns float64[2 · mel_bands].

        Args:
            samples: int16[n]; shorter ones than a frame are padded with zeros.
            rate_hz: Their rate.
        """
        resampler = MonoResampler(rate_hz, self._spec.sample_rate_hz)
        pcm = np.concatenate((resampler.resample_pcm(samples), resampler.flush()))
        missing = max(0, self._spec.frame_samples - len(pcm))
        log_mel = self._log_mel.compute(np.pad(pcm, (0, missing))).astype(np.float64)
        mean = log_mel.mean(axis=0)
        return np.concatenate((mean - mean.mean(), log_mel.std(axis=0)))


def standardised(own: Vector, others: Vector) -> tuple[Vector, Vector]:
    """Returns vectors with deviation 1 in each component that varies.

    Args:
        own: float64[n, components], which sets the scale.
        others: float64[m, components], which gets the same scale.
    """
    mean, deviation = own.mean(axis=0), own.std(axis=0)
    deviation[deviation == 0.0] = 1.0
    return (own - mean) / deviation, (others - mean) / deviation


def farthest_first(vectors: Vector, centres: Vector, count: int) -> list[int]:
    """Returns positions of vectors, each the farthest from the centres and those before it.

    Of equal distances the first vector is taken; without centres, the first vector of all.

    Args:
        vectors: float64[n, components].
        centres: float64[m, components]; may be none.
        count: The number of positions; at most n are returned.
    """
    nearest = np.full(len(vectors), np.inf)
    for centre in centres:
        nearest = np.minimum(nearest, np.linalg.norm(vectors - centre, axis=1))
    picked: list[int] = []
    while len(picked) < min(count, len(vectors)):
        nearest[picked] = -1.0  # never again, not even where all distances are 0
        at = int(nearest.argmax())
        picked.append(at)
        nearest = np.minimum(nearest, np.linalg.norm(vectors - vectors[at], axis=1))
    return picked
