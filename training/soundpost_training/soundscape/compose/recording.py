"""Composes one recording: sounds at drawn times and levels over a background."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from soundpost.audio import FULL_SCALE, Pcm
from soundpost_training.dataset.clip import Clip
from soundpost_training.dataset.decode.audio import read_pcm, to_pcm
from soundpost_training.dataset.paths import text_of
from soundpost_training.soundscape.compose.active_region import find_active_regions
from soundpost_training.soundscape.compose.background import Background, Signal, rms
from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.compose.recipe import Recipe, Recording

LOUDEST_PEAK = 0.95
"""A sound that would clip is placed at a lower level, which the ground truth states."""

EDGE_SECONDS = 0.005
"""Fade at both ends of a sound that was cut out of a longer one, so that it does not click."""


@dataclass(frozen=True, slots=True)
class _Sound:
    """A sound that may be placed: an active region of a clip."""

    label: str
    source: str
    pcm: Pcm = field(repr=False)


class RecordingComposer:
    """Composes recordings. Seed, fold and file name alone determine the content of each.

    Args:
        clips: Clips of the fold, of the background's labels and of the events'.
        recipe: Levels, pauses and labels.
        rate_hz: Sample rate of the recordings.
    """

    def __init__(self, clips: list[Clip], recipe: Recipe, rate_hz: int) -> None:
        self._recipe = recipe
        self._rate_hz = rate_hz
        self._sounds: list[_Sound] = []
        self._background_clips: list[Pcm] = []
        for clip in clips:
            pcm = read_pcm(clip.path, rate_hz)
            if clip.label in recipe.background_labels:
                self._background_clips.append(pcm)
            else:
                self._sounds += [
                    _Sound(
                        clip.label,
                        text_of(clip.path.name),
                        pcm[region.onset_sample : region.offset_sample],
                    )
                    for region in find_active_regions(pcm, rate_hz)
                ]

    def write(self, folder: Path, recording: Recording) -> list[Event]:
        """Writes one recording, sound by sound, and returns its events.

        The file is encoded in memory, some 30 MB for half an hour, because libsndfile does not
        report a full disk as such.
        """
        seed = [self._recipe.seed, self._recipe.fold, *recording.name.encode()]
        rng = np.random.default_rng(seed)
        background = Background(rng, self._background_clips, self._recipe, self._rate_hz)
        excluded = self._recipe.security_labels if recording.is_negative else ()
        allowed = [sound for sound in self._sounds if sound.label not in excluded]
        events, flac = [], io.BytesIO()
        with soundfile.SoundFile(flac, "w", self._rate_hz, 1, "PCM_16", format="FLAC") as file:
            onset = 0
            for pause, sound in self._schedule(rng, allowed, recording.seconds):
                file.write(to_pcm(background.read(pause)))
                if sound is None:
                    break
                onset += pause
                signal, snr_db = self._mix(rng, background, sound)
                file.write(to_pcm(signal))
                offset = onset + len(signal)
                events.append(
                    Event(
                        recording=recording.name,
                        label=sound.label,
                        onset_seconds=onset / self._rate_hz,
                        offset_seconds=offset / self._rate_hz,
                        snr_db=snr_db,
                        source=sound.source,
                    )
                )
                onset = offset
        (folder / recording.name).write_bytes(flac.getbuffer())
        return events

    def _schedule(
        self, rng: np.random.Generator, sounds: list[_Sound], seconds: float
    ) -> Iterator[tuple[int, _Sound | None]]:
        """Yields pauses in samples, each with the sound that follows; None after the last."""
        by_label: dict[str, list[_Sound]] = {}
        for sound in sounds:
            by_label.setdefault(sound.label, []).append(sound)
        labels = sorted(by_label)
        total, position = round(seconds * self._rate_hz), 0
        shortest = round(self._recipe.shortest_pause_seconds * self._rate_hz)
        while True:
            drawn = rng.exponential(self._recipe.pause_seconds) * self._rate_hz
            pause = shortest + round(drawn)
            choices = by_label[labels[int(rng.integers(len(labels)))]]
            sound = choices[int(rng.integers(len(choices)))]
            if position + pause + len(sound.pcm) + shortest > total:
                yield total - position, None
                return
            yield pause, sound
            position += pause + len(sound.pcm)

    def _mix(
        self, rng: np.random.Generator, background: Background, sound: _Sound
    ) -> tuple[Signal, float]:
        """Returns the background with the sound on it, and the sound's level over it in dB."""
        beneath = background.read(len(sound.pcm))
        signal = sound.pcm * (self._fades(len(sound.pcm)) / FULL_SCALE)
        snr_db = float(rng.choice(self._recipe.snrs_db))
        wanted = rms(beneath) / rms(signal) * 10.0 ** (snr_db / 20.0)
        headroom = LOUDEST_PEAK - float(np.abs(beneath).max())
        gain = min(wanted, headroom / float(np.abs(signal).max()))
        return beneath + gain * signal, snr_db + 20.0 * float(np.log10(gain / wanted))

    def _fades(self, samples: int) -> Signal:
        """Returns gains, float64[samples]: 1 except for the first and last milliseconds."""
        fade = round(EDGE_SECONDS * self._rate_hz)
        positions = np.arange(samples)
        from_edge = np.minimum(positions, positions[::-1]) + 1
        gains: Signal = np.minimum(from_edge / fade, 1.0)
        return gains
