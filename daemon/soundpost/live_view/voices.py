"""Finds voices in a stream of samples, by the rule of the privacy of clips."""

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.audio.vad import VoiceDetector
from soundpost.evidence.speech import BLOCKS_MS, GAINS, INT16_RANGE, STRICTNESS

_MILLISECONDS = 1_000


class VoiceFinder:
    """Marks the samples of voices: by the detector, gains and block lengths of clips.

    The detectors go on from chunk to chunk, so they know the background from all that came before.
    A new one takes steady noise for a voice, so the first seconds are marked as voices.

    Args:
        sample_rate_hz: One of `soundpost.audio.vad.RATES_HZ`.

    Attributes:
        end_sample: One past the last sample.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._streams = [
            _BlockStream(sample_rate_hz * block_ms // _MILLISECONDS, gain, sample_rate_hz)
            for gain in GAINS
            for block_ms in BLOCKS_MS
        ]
        self._voiced = np.zeros(0, np.bool_)
        self._start_sample = self.end_sample = 0

    def reset(self, start_sample: int) -> None:
        """Begins anew at a sample; the detectors learn the background again."""
        for stream in self._streams:
            stream.reset()
        self._voiced = np.zeros(0, np.bool_)
        self._start_sample = self.end_sample = start_sample

    def append(self, samples: Pcm) -> None:
        """Adds the next samples, int16[n]."""
        self._voiced = np.concatenate((self._voiced, np.zeros(len(samples), np.bool_)))
        self.end_sample += len(samples)
        for stream in self._streams:
            for before_end in stream.voiced_blocks(samples):
                end = len(self._voiced) - before_end
                self._voiced[max(0, end - stream.block_samples) : end] = True

    def drop_before(self, sample: int) -> None:
        """Forgets the voices before a sample."""
        self._voiced = self._voiced[max(0, sample - self._start_sample) :]
        self._start_sample = max(sample, self._start_sample)

    def voiced(self, start_sample: int, end_sample: int) -> NDArray[np.bool_]:
        """Returns which samples of a stretch belong to a voice; what is not known does.

        Returns:
            bool[end_sample - start_sample].
        """
        voiced = np.ones(end_sample - start_sample, np.bool_)
        first, last = max(start_sample, self._start_sample), min(end_sample, self.end_sample)
        if first < last:
            known = self._voiced[first - self._start_sample : last - self._start_sample]
            voiced[first - start_sample : last - start_sample] = known
        return voiced


class _BlockStream:
    """A detector that takes blocks of one length, at one gain.

    Args:
        block_samples: The length of a block.
        gain: The factor of the samples.
        sample_rate_hz: Their rate.

    Attributes:
        block_samples: The length of a block.
    """

    def __init__(self, block_samples: int, gain: int, sample_rate_hz: int) -> None:
        self.block_samples = block_samples
        self._gain = gain
        self._detector = VoiceDetector(STRICTNESS, sample_rate_hz)
        self._rest = np.zeros(0, np.int16)

    def reset(self) -> None:
        """Begins a stream."""
        self._detector.reset()
        self._rest = np.zeros(0, np.int16)

    def voiced_blocks(self, samples: Pcm) -> list[int]:
        """Returns how many samples follow each block with a voice that the samples complete."""
        if self._gain != 1:
            louder = samples.astype(np.int32) * self._gain
            samples = np.clip(louder, *INT16_RANGE).astype(np.int16)
        joined = np.concatenate((self._rest, samples))
        size = self.block_samples
        ends = range(size, len(joined) + 1, size)
        found = [
            len(joined) - end for end in ends if self._detector.is_voice(joined[end - size : end])
        ]
        self._rest = joined[len(joined) - len(joined) % size :]
        return found
