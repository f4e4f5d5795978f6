"""What a model makes of a recording: the daemon's own windows, and its scores of each."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import soundfile
from numpy.typing import NDArray

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.events import Scores, Window
from soundpost.features import FeatureSpec, Windower

CHUNK_SECONDS = 10


class SoundModel(Protocol):
    """A model that scores windows.

    Attributes:
        name: As the report calls it.
        spec: How its log-mel is made.
        window_frames: Frames of a window.
        stride_frames: Frames from one window's start to the next one's.
        labels: In the order of its scores.
    """

    name: str
    spec: FeatureSpec
    window_frames: int
    stride_frames: int
    labels: tuple[str, ...]

    def scores(self, window: Window, samples: Pcm) -> NDArray[np.float32]:
        """Scores float32[labels] of a window and the int16 samples that it was made of."""


@dataclass(frozen=True, slots=True)
class RecordingScores:
    """A recording as a model heard it, to be decided upon again and again.

    Attributes:
        spec: How the log-mel is made.
        window_frames: Frames of a window.
        stride_frames: Frames from one window's start to the next one's.
        log_mel: float32[frames, mel_bands] of the whole recording, each frame once.
        values: float32[windows, labels], the scores.
        end_samples: int64[windows], one past each window's last sample.
        levels_dbfs: float64[windows].
        seconds: Length of the recording.
        busy_seconds: Processor time of features and model for each window, float64[windows].
    """

    spec: FeatureSpec
    window_frames: int
    stride_frames: int
    log_mel: NDArray[np.float32]
    values: NDArray[np.float32]
    end_samples: NDArray[np.int64]
    levels_dbfs: NDArray[np.float64]
    seconds: float
    busy_seconds: NDArray[np.float64]

    def scores(self, columns: NDArray[np.int64] | None = None) -> Iterator[Scores]:
        """The scores window by window, as the classifier hands them to decide.

        Args:
            columns: Which labels, in which order; all of them if None.
        """
        values = self.values if columns is None else self.values[:, columns]
        for index, scores in enumerate(values):
            first = index * self.stride_frames
            start_sample = first * self.spec.hop_samples
            window = Window(
                start_sample=start_sample,
                end_sample=int(self.end_samples[index]),
                log_mel=self.log_mel[first : first + self.window_frames],
                level_dbfs=float(self.levels_dbfs[index]),
                utc_ns=samples_to_ns(start_sample, self.spec.sample_rate_hz),
            )
            yield Scores(window=window, values=scores)


def score_recording(path: Path, ear: SoundModel) -> RecordingScores:
    """A recording, listened to from its start to its end as the daemon would.

    Args:
        path: A mono recording at the model's rate.
        ear: The model.
    """
    windower = Windower(ear.spec, ear.window_frames, ear.stride_frames)
    gathered = _Gathered(ear)
    heard_samples = 0
    for chunk in _chunks(path, ear.spec.sample_rate_hz):
        gathered.remember(chunk.samples)
        heard_samples = chunk.end_sample
        gathered.add(windower.window(chunk))
    gathered.add(windower.flush())
    return gathered.whole(heard_samples)


def _chunks(path: Path, rate_hz: int) -> Iterator[Chunk]:
    start_sample = 0
    for samples in soundfile.blocks(path, CHUNK_SECONDS * rate_hz, dtype="int16"):
        yield Chunk(start_sample, samples, samples_to_ns(start_sample, rate_hz))
        start_sample += len(samples)


class _Gathered:
    """What is heard of one recording, while it is heard."""

    def __init__(self, ear: SoundModel) -> None:
        self._ear = ear
        self._fresh: list[NDArray[np.float32]] = []
        self._values: list[NDArray[np.float32]] = []
        self._ends: list[int] = []
        self._levels: list[float] = []
        self._busy: list[float] = []
        self._samples: Pcm = np.empty(0, np.int16)
        self._first_sample = 0

    def remember(self, samples: Pcm) -> None:
        """Keeps what windows to come are made of."""
        self._samples = np.concatenate((self._samples, samples))

    def add(self, windows: Iterator[Window]) -> None:
        """Scores windows, in order."""
        began = time.process_time()
        for window in windows:
            self._values.append(self._ear.scores(window, self._of(window)))
            self._busy.append(time.process_time() - began)
            known = self._ear.window_frames - self._ear.stride_frames
            self._fresh.append(window.log_mel[known if self._ends else 0 :])
            self._ends.append(window.end_sample)
            self._levels.append(window.level_dbfs)
            began = time.process_time()

    def _of(self, window: Window) -> Pcm:
        """The window's samples; what the recording lacks at its end is silence."""
        stale = window.start_sample - self._first_sample
        self._samples = self._samples[stale:]
        self._first_sample = window.start_sample
        count = self._ear.spec.sample_count(self._ear.window_frames)
        samples = self._samples[:count]
        return np.pad(samples, (0, count - len(samples)))

    def whole(self, heard_samples: int) -> RecordingScores:
        """All of it."""
        ear = self._ear
        return RecordingScores(
            spec=ear.spec,
            window_frames=ear.window_frames,
            stride_frames=ear.stride_frames,
            log_mel=np.concatenate(self._fresh),
            values=np.stack(self._values),
            end_samples=np.array(self._ends),
            levels_dbfs=np.array(self._levels),
            seconds=heard_samples / ear.spec.sample_rate_hz,
            busy_seconds=np.array(self._busy),
        )
