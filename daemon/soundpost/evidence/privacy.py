"""Silences speech in clips, or withholds clips with speech."""

import re
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from soundpost.audio import Pcm
from soundpost.errors import ConfigError
from soundpost.events import Scores
from soundpost.manifest import Label

SPEECH_SCORE = 0.1
"""A whole window is silenced if a label whose name means speech reaches this score. It is far below
what starts an event: to lose a second of sound is better than to store a word."""

CONTEXT_SECONDS = 10.0
"""Samples before the clip from which the voice detector learns the background: a detector that
starts with the clip takes steady noise for a voice."""

_SPEECH = re.compile(
    r"(^|_)(speech|speak\w*|spoken|talk\w*|voice\w*|vocal\w*|convers\w*|monolog\w*|narrat\w*|"
    r"babbl\w*|chatter\w*|whisper\w*|shout\w*|yell\w*|scream\w*|sing|singing|rap|rapping|chant\w*|"
    r"choir|laugh\w*|human\w*|crowd)(_|$)"
)


def speech_labels(labels: Sequence[str]) -> list[int]:
    """Returns the indices of the labels whose names mean intelligible people."""
    return [index for index, label in enumerate(labels) if _SPEECH.search(label)]


def speech_scores(labels: Sequence[Label]) -> dict[int, float]:
    """Returns the score at which a window of each label for speech is silenced, by its index.

    Labels that the bundle marks as `speech` are silenced where they hold: from their off-threshold.
    A bundle that marks none has no such calibration; its labels are found by name.
    """
    marked = {index: label.off_threshold for index, label in enumerate(labels) if label.speech}
    return marked or dict.fromkeys(speech_labels([label.name for label in labels]), SPEECH_SCORE)


class SpeechLabels:
    """Finds windows with speech by the scores of labels for speech.

    Args:
        speech: For each model, by the index of a label for speech: the score at which a window is
            silenced.
    """

    def __init__(self, speech: Sequence[Mapping[int, float]]) -> None:
        self._indices = [np.array(list(scores), np.intp) for scores in speech]
        self._least_scores = [np.array(list(scores.values()), np.float32) for scores in speech]

    def is_speech(self, scores: Scores) -> bool:
        """Returns whether a label for speech reaches the score at which a window is silenced."""
        values = scores.values[self._indices[scores.model]]
        return bool((values >= self._least_scores[scores.model]).any())


class Privacy:
    """Removes speech from a clip before any of it reaches the disk.

    Args:
        mode: `off`, `mute-speech` or `no-speech-clips`.
        speech: For each model, by the index of a label for speech: the score at which a window is
            silenced.
        sample_rate_hz: Rate of the clips.

    Raises:
        ConfigError: The voice detector does not take the rate.
    """

    def __init__(
        self,
        mode: Literal["off", "mute-speech", "no-speech-clips"],
        speech: Sequence[Mapping[int, float]],
        sample_rate_hz: int,
    ) -> None:
        self._mode = mode
        self._labels = SpeechLabels(speech if mode != "off" else [{} for _ in speech])
        self._sample_rate_hz = sample_rate_hz
        self._speech: deque[tuple[int, int]] = deque()
        if mode != "off":
            _refuse_rate(sample_rate_hz)
            # Only if needed: webrtcvad costs 18 ms and 4 MB. At the start: the process may have no
            # descriptor left to load it when the first clip is stored.
            from soundpost.evidence.speech import silence_speech  # noqa: PLC0415 - as said above

            self._silence_speech = silence_speech

    @property
    def context_samples(self) -> int:
        """Samples before a clip that `filter` needs."""
        return 0 if self._mode == "off" else round(CONTEXT_SECONDS * self._sample_rate_hz)

    def on_scores(self, scores: Scores) -> None:
        """Records the window if a label for speech reaches the score at which it is silenced."""
        if self._labels.is_speech(scores):
            self._speech.append((scores.window.start_sample, scores.window.end_sample))

    def drop_before(self, until_sample: int) -> None:
        """Drops windows that no clip can reach any more."""
        while self._speech and self._speech[0][1] <= until_sample:
            self._speech.popleft()

    def filter(
        self, samples: Pcm, before: Pcm, start_sample: int, decided_sample: int
    ) -> tuple[Pcm, list[tuple[int, int]]] | None:
        """Returns the part of a clip that may be stored, or None if none may.

        Args:
            samples: int16[n], n at least 1.
            before: int16[m], the samples just before; `context_samples` of them if there are.
            start_sample: Position of the first of the samples.
            decided_sample: Windows that end later are ignored, because they are not always
                scored by then.

        Returns:
            int16[n], and the first and one-past-last sample of each silenced stretch.
        """
        if self._mode == "off":
            return samples, []
        known = [
            (max(0, start - start_sample), max(0, end - start_sample))
            for start, end in self._speech
            if end <= decided_sample
        ]
        kept, silenced = self._silence_speech(samples, before, self._sample_rate_hz, known)
        return None if silenced and self._mode == "no-speech-clips" else (kept, silenced)


def _refuse_rate(sample_rate_hz: int) -> None:
    from soundpost.audio.vad import RATES_HZ  # noqa: PLC0415 - it imports webrtcvad

    if sample_rate_hz not in RATES_HZ:
        raise ConfigError(
            f"evidence.privacy needs a model at {', '.join(map(str, RATES_HZ))} Hz, or capture at "
            f"one of these rates, to find voices; sound is captured at {sample_rate_hz} Hz",
            hint='set capture.rate_hz, or evidence.privacy to "off"',
        )
