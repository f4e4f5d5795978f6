"""Draws the sounds of each example and mixes their waveforms."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm
from soundpost_training.synthesis.degrade import Degradation, degrade
from soundpost_training.synthesis.rooms import ResponseBank, reverberate
from soundpost_training.tagging.examples.sound_choice import SoundChoice
from soundpost_training.tagging.examples.waveforms import HOP_SAMPLES, Waveforms
from soundpost_training.tagging.experiment import ExamplesConfig

EARLIEST, LATEST = 0.08, 0.95
"""Where in the window the chosen moment of a foreground lies, as shares of the window."""

NOISE_SHARE = 0.3
"""Of the examples with added white noise, as from a microphone with too much gain."""

NOISE_DB = (15.0, 50.0)
"""The noise's level below the example."""

SILENT = 1e-9

Floats = NDArray[np.float32]


class Component(NamedTuple):
    """A sound of an example.

    Attributes:
        recording: Its position among the recordings; -1 is none.
        level_db: The loudest tenth of a second of the crop over that of its recording: near 0 where
            the crop has the sound that the recording is of, far below it where the crop has a
            pause.
    """

    recording: int
    level_db: float


NOTHING = Component(-1, 0.0)


@dataclass(frozen=True, slots=True)
class Components:
    """The sounds of n examples.

    Attributes:
        recordings: int64[n, 2], positions of the first and the second sound; -1 is none.
        levels_db: float32[n, 2], the level of each crop within its recording.
        snr_db: float32[n], of the first over the second.
    """

    recordings: NDArray[np.int64]
    levels_db: NDArray[np.float32]
    snr_db: NDArray[np.float32]


class Mixture(NamedTuple):
    """An example.

    Attributes:
        samples: int16[n] at 16 kHz.
        first: The foreground.
        second: The sound mixed with it.
        snr_db: The loudest tenth of a second of the first over that of the second.
    """

    samples: Pcm
    first: Component
    second: Component
    snr_db: float


class MixtureMaker:
    """Makes examples; each is a function of the seed and its number.

    Args:
        config: How often and how loudly sounds are mixed.
        waveforms: The recordings.
        rooms: Impulse responses; None leaves sounds dry.
        samples: The length of an example.
        seed: Of all examples.
    """

    def __init__(
        self,
        config: ExamplesConfig,
        waveforms: Waveforms,
        rooms: ResponseBank | None,
        samples: int,
        seed: int,
    ) -> None:
        self._config = config
        self._waveforms = waveforms
        self._rooms = rooms
        self._samples = samples
        self._seed = seed
        self._choice = SoundChoice(waveforms.recordings, config.label_share)

    def make(self, number: int) -> Mixture:
        """Returns the example of a number."""
        rng = np.random.default_rng((self._seed, number))
        position, is_event = self._choice.foreground(rng)
        mixed, first = self._crop(rng, position, is_event=is_event)
        second, snr_db = NOTHING, 0.0
        if rng.random() < self._config.mix_share:
            position, is_event = self._choice.companion(rng)
            other, second = self._crop(rng, position, is_event=is_event)
            snr_db = rng.uniform(self._config.lowest_snr_db, self._config.highest_snr_db)
            ratio = _loudest(mixed) / _loudest(other) * 10.0 ** (-snr_db / 20.0)
            mixed = mixed + other * np.float32(ratio)
        return Mixture(self._record(rng, mixed), first, second, snr_db)

    def _crop(
        self, rng: np.random.Generator, position: int, *, is_event: bool
    ) -> tuple[Floats, Component]:
        """Returns a crop of a recording, float32[n], and how loud it is within its recording.

        An event's crop has one of its loud moments, and silence beyond the ends of the recording.
        Anything else may be cut anywhere, and repeats.
        """
        sound, levels = self._waveforms.of(position), self._waveforms.levels(position)
        if is_event:
            shares = np.sqrt(levels)
            tenth = int(rng.choice(len(levels), p=shares / shares.sum()))
            moment = tenth * HOP_SAMPLES + int(rng.integers(0, HOP_SAMPLES))
            start = moment - int(rng.uniform(EARLIEST, LATEST) * self._samples)
        else:
            start = int(rng.integers(0, max(1, len(sound) - self._samples)))
            sound = np.resize(sound, max(len(sound), self._samples))
        crop = np.zeros(self._samples, np.float32)
        begin, end = max(0, start), min(len(sound), start + self._samples)
        crop[begin - start : end - start] = sound[begin:end] / np.float32(FULL_SCALE)
        level = 20.0 * np.log10(_loudest(crop) / np.sqrt(levels.max()))
        if self._rooms is not None and rng.random() < self._config.room_share:
            crop = reverberate(crop, self._rooms.draw(rng))[: self._samples]
        return crop, Component(position, float(level))

    def _record(self, rng: np.random.Generator, mixed: Floats) -> Pcm:
        """Returns an example as a microphone of random quality records it, at a random level."""
        if rng.random() < NOISE_SHARE:
            level = _loudest(mixed) * 10.0 ** (-rng.uniform(*NOISE_DB) / 20.0)
            mixed = mixed + rng.standard_normal(len(mixed), np.float32) * np.float32(level)
        peak = 10.0 ** (rng.uniform(self._config.quietest_dbfs, self._config.loudest_dbfs) / 20.0)
        scaled = mixed * np.float32(peak / max(float(np.abs(mixed).max()), SILENT))
        recorded = degrade(scaled, rng, MICROPHONE)
        pcm: Pcm = np.clip(np.rint(recorded * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(
            np.int16
        )
        return pcm


MICROPHONE = Degradation(distance=0.2, equaliser=0.4, self_noise=0.4, codec=0.02)
"""Fewer losses than the default: recordings have passed a microphone before."""


def _loudest(sound: Floats) -> float:
    """Returns the amplitude (RMS) of the loudest tenth of a second, above 0."""
    tenths = sound[: len(sound) // HOP_SAMPLES * HOP_SAMPLES].reshape(-1, HOP_SAMPLES)
    return float(np.sqrt(np.square(tenths).mean(axis=1).max())) + SILENT
