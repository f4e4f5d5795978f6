"""Inference on a recording: the daemon's own windows, and a model's scores of each."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm, samples_to_ns
from soundpost.events import Scores, Window
from soundpost.features import FeatureSpec, Windower
from soundpost_training.soundscape.detect.chunks import read_chunks


class SoundModel(Protocol):
    """A model that scores windows.

    Attributes:
        name: Its name in the report.
        spec: Settings of its log-mel.
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
        """Returns scores float32[labels] of a window, whose int16 samples are given too."""


@dataclass(frozen=True, slots=True)
class RecordingScores:
    """The scores of a whole recording, on which events can be decided any number of times.

    Attributes:
        spec: Settings of the log-mel.
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

    @property
    def stride_seconds(self) -> float:
        """Seconds from one window's start to the next one's."""
        return self.stride_frames * self.spec.hop_samples / self.spec.sample_rate_hz

    @property
    def first_stride_seconds(self) -> float:
        """Start of the stride in the middle of the first window."""
        window_seconds = self.spec.sample_count(self.window_frames) / self.spec.sample_rate_hz
        return (window_seconds - self.stride_seconds) / 2

    def scores(self) -> Iterator[Scores]:
        """Yields the scores window by window, as the daemon's classifier does."""
        for index, scores in enumerate(self.values):
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


def score_recording(path: Path, model: SoundModel) -> RecordingScores:
    """Scores a recording from start to end, window by window as the daemon does.

    Args:
        path: A recording.
        model: The model.

    Raises:
        CaptureError: The recording cannot be read.
    """
    windower = Windower(model.spec, model.window_frames, model.stride_frames)
    collector = _ScoreCollector(model)
    samples = 0
    for chunk in read_chunks(path, model.spec.sample_rate_hz):
        collector.buffer.add(chunk.samples)
        samples = chunk.end_sample
        collector.score(windower.window(chunk))
    collector.score(windower.flush())
    return collector.result(samples)


class SampleBuffer:
    """The latest samples, for models whose input is the waveform of a window.

    Args:
        window_samples: Samples of a window.
    """

    def __init__(self, window_samples: int) -> None:
        self._window_samples = window_samples
        self.restart(0)

    def restart(self, start_sample: int) -> None:
        """Discards all samples; the next one added is `start_sample`."""
        self._samples: Pcm = np.empty(0, np.int16)
        self._first_sample = start_sample

    def add(self, samples: Pcm) -> None:
        """Adds the samples of windows to come."""
        self._samples = np.concatenate((self._samples, samples))

    def samples_of(self, window: Window) -> Pcm:
        """Returns the window's samples, padded with silence at the end of the recording.

        Samples before the window are discarded.
        """
        outdated = window.start_sample - self._first_sample
        self._samples = self._samples[outdated:]
        self._first_sample = window.start_sample
        samples = self._samples[: self._window_samples]
        return np.pad(samples, (0, self._window_samples - len(samples)))


class _ScoreCollector:
    """Collects the scores of one recording, window by window."""

    def __init__(self, model: SoundModel) -> None:
        self._model = model
        self._new_frames: list[NDArray[np.float32]] = []
        self._values: list[NDArray[np.float32]] = []
        self._ends: list[int] = []
        self._levels: list[float] = []
        self._busy: list[float] = []
        self.buffer = SampleBuffer(model.spec.sample_count(model.window_frames))

    def score(self, windows: Iterator[Window]) -> None:
        """Scores windows, in order."""
        begun = time.process_time()
        for window in windows:
            self._values.append(self._model.scores(window, self.buffer.samples_of(window)))
            self._busy.append(time.process_time() - begun)
            overlap = self._model.window_frames - self._model.stride_frames
            self._new_frames.append(window.log_mel[overlap if self._ends else 0 :])
            self._ends.append(window.end_sample)
            self._levels.append(window.level_dbfs)
            begun = time.process_time()

    def result(self, samples: int) -> RecordingScores:
        """Returns the scores of the recording, which has this many samples."""
        model = self._model
        return RecordingScores(
            spec=model.spec,
            window_frames=model.window_frames,
            stride_frames=model.stride_frames,
            log_mel=np.concatenate(self._new_frames),
            values=np.stack(self._values),
            end_samples=np.array(self._ends),
            levels_dbfs=np.array(self._levels),
            seconds=samples / model.spec.sample_rate_hz,
            busy_seconds=np.array(self._busy),
        )
