"""Silences the stretches of a clip that contain speech."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.audio.vad import STRICTEST, VoiceDetector

STRICTNESS = 2
"""webrtcvad's aggressiveness mode, 0 to 3: the strictest one that silenced every word of a sentence
at any level down to -60 dBFS (docs/EVIDENCE.md). Mode 3 leaves faint words, 0 and 1 silence more of
other sounds."""

GAINS = (1, 10)
"""Below about -65 dBFS webrtcvad finds no voice, but a listener of the file can turn it up."""

BLOCKS_MS = (10, 20, 30)
"""All block lengths that webrtcvad takes: one finds what another misses."""

INT16_RANGE = (-32_768, 32_767)

MARGIN_SECONDS = 0.3
"""Silenced before and after a voice: the detector misses its first and last consonants."""

Mask = NDArray[np.bool_]
Stretch = tuple[int, int]
"""First and one-past-last sample."""


def silence_speech(
    samples: Pcm, before: Pcm, sample_rate_hz: int, known: Sequence[Stretch]
) -> tuple[Pcm, list[Stretch]]:
    """Replaces every stretch of speech by digital silence.

    Silence changes what the detector takes for background. So it runs again on the result, in its
    strictest mode, and what it finds is silenced too, until it finds nothing more.

    Args:
        samples: int16[n].
        before: int16[m], the samples just before.
        sample_rate_hz: One of `soundpost.audio.vad.RATES_HZ`.
        known: Stretches of speech by the classifier's scores, first and one-past-last sample.

    Returns:
        int16[n], and the silenced stretches. Stretches that were silent before are not listed.
    """
    margin_samples = round(MARGIN_SECONDS * sample_rate_hz)
    captured = np.concatenate((before, samples)).astype(np.int32)
    silenced = np.zeros(len(samples), np.bool_)
    for gain in GAINS:
        louder = np.clip(captured * gain, *INT16_RANGE).astype(np.int16)
        silenced |= _voiced(louder, sample_rate_hz, STRICTNESS)[len(before) :]
    for start, end in known:
        silenced[start:end] = True
    silenced = widened(silenced, margin_samples)
    while True:
        kept = np.where(silenced, np.int16(0), samples)
        voiced = _voiced(kept, sample_rate_hz, STRICTEST)
        if not voiced.any() or silenced.all():
            return kept, _stretches(silenced)
        # Each round silences more, so this ends, at the latest when all is silent.
        more = silenced | widened(voiced, margin_samples)
        silenced = widened(silenced, margin_samples) if np.array_equal(more, silenced) else more


def _voiced(samples: Pcm, sample_rate_hz: int, strictness: int) -> Mask:
    voiced = np.zeros(len(samples), np.bool_)
    for block_ms in BLOCKS_MS:
        block_samples = sample_rate_hz * block_ms // 1000
        detector = VoiceDetector(strictness, sample_rate_hz)
        # The last block is filled up with zeros, because a reader of the file may do the same.
        padded = np.pad(samples, (0, -len(samples) % block_samples))
        for start in range(0, len(samples), block_samples):
            if detector.is_voice(padded[start : start + block_samples]):
                voiced[start : start + block_samples] = True
    return voiced


def widened(mask: Mask, margin_samples: int) -> Mask:
    """Returns a mask whose runs of True are longer by a margin at both ends."""
    wide = mask.copy()
    for start, end in _stretches(mask):
        wide[max(0, start - margin_samples) : end + margin_samples] = True
    return wide


def _stretches(mask: Mask) -> list[Stretch]:
    """Returns the first and one-past-last sample of each run."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
