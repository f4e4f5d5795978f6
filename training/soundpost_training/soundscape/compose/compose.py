"""Composing: sounds of one fold, one after another, over a background of the same fold."""

import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from soundpost.audio import FULL_SCALE, Pcm
from soundpost_training.dataset import Clip, Dataset
from soundpost_training.dataset.decode.audio import read_pcm, to_pcm
from soundpost_training.errors import DatasetError
from soundpost_training.progress import bar
from soundpost_training.soundscape.compose.active_region import find_sounds
from soundpost_training.soundscape.compose.background import Background, Signal, rms
from soundpost_training.soundscape.compose.ground_truth import Event, write_truth
from soundpost_training.soundscape.compose.recipe import (
    SCENE_FILE,
    Recipe,
    Recording,
    Scene,
    write_scene,
)

LOUDEST_PEAK = 0.95
"""A sound that would clip is placed at a lower level, which the truth tells."""

EDGE_SECONDS = 0.005
"""A sound that was cut out of a longer one swells and fades this long, so as not to click."""


@dataclass(frozen=True, slots=True)
class _Sound:
    """What may be placed: a clip's sound, from its onset to its offset."""

    label: str
    source: str
    pcm: Pcm = field(repr=False)


def compose(dataset: Dataset, recipe: Recipe, rate_hz: int, folder: Path, command: str) -> Scene:
    """Writes the recordings as FLAC, their truth and their description into a folder.

    Sounds never overlap, so that each has the level that the truth states. All clips of the
    fold are read at once (some 60 MB for ESC-50); recordings are written as they are made, and are
    in their place when all of them are.

    Args:
        dataset: Where the clips come from.
        recipe: What is to be made.
        rate_hz: Of the recordings.
        folder: Where they go; made if absent.
        command: What made them, for the description.

    Raises:
        DatasetError: The fold, or a label of the recipe, is not in the data set.
        OSError: The disk is full or may not be written to; what was in the folder is there still.
    """
    clips = [dataset.clips[place] for place in dataset.in_folds([recipe.fold])]
    known = {clip.label for clip in clips}
    unknown = sorted({*recipe.bed_labels, *recipe.security_labels} - known)
    if unknown or not known:
        raise DatasetError(
            f"fold {recipe.fold} of {dataset.name} has no {', '.join(unknown) or 'clips'}",
            hint=f"it has: {', '.join(sorted(known)) or 'nothing'}",
        )
    folder.mkdir(parents=True, exist_ok=True)
    composer = _Composer(clips, recipe, rate_hz)
    recordings = plan(recipe)
    scene = Scene(
        recipe=recipe,
        data=dataset.name,
        licence=dataset.licence,
        attribution=dataset.attribution,
        command=command,
        labels=sorted(known - set(recipe.bed_labels)),
        recordings=recordings,
    )
    partial = Path(tempfile.mkdtemp(dir=folder, prefix=".partial-"))
    try:
        events: list[Event] = []
        with bar() as progress:
            for recording in progress.track(recordings, description="composing"):
                events += composer.write(partial, recording)
        write_truth(partial, events)
        write_scene(partial, scene)
        _put(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return scene


def _put(partial: Path, folder: Path) -> None:
    """Moves what was written in place, its description last: half of it is none."""
    (folder / SCENE_FILE).unlink(missing_ok=True)
    for path in sorted(partial.iterdir(), key=lambda path: path.name == SCENE_FILE):
        path.replace(folder / path.name)


def plan(recipe: Recipe) -> list[Recording]:
    """The recordings of a recipe, none longer than it says."""
    recordings = []
    for kind, hours in (("mixed", recipe.hours), ("negative", recipe.negative_hours)):
        left_seconds = hours * 3600
        number = 1
        while left_seconds >= 1.0:
            seconds = min(left_seconds, recipe.recording_minutes * 60)
            name = f"{kind}-{number:02}.flac"
            recordings.append(Recording(name=name, seconds=seconds, is_negative=kind == "negative"))
            left_seconds -= seconds
            number += 1
    return recordings


class _Composer:
    """Writes recordings; each is drawn by the seed and its own name alone."""

    def __init__(self, clips: list[Clip], recipe: Recipe, rate_hz: int) -> None:
        self._recipe = recipe
        self._rate_hz = rate_hz
        self._sounds: list[_Sound] = []
        self._background: list[Pcm] = []
        for clip in clips:
            pcm = read_pcm(clip.path, rate_hz)
            if clip.label in recipe.bed_labels:
                self._background.append(pcm)
            else:
                self._sounds += [
                    _Sound(clip.label, clip.path.name, pcm[one.onset_sample : one.offset_sample])
                    for one in find_sounds(pcm, rate_hz)
                ]

    def write(self, folder: Path, recording: Recording) -> list[Event]:
        """Writes one recording, a sound at a time, and returns what is in it.

        By way of memory, some 30 MB for half an hour: of a full disk libsndfile says no more than
        that something went wrong.
        """
        seed = [self._recipe.seed, self._recipe.fold, *recording.name.encode()]
        rng = np.random.default_rng(seed)
        bed = Background(rng, self._background, self._recipe, self._rate_hz)
        left_out = self._recipe.security_labels if recording.is_negative else ()
        allowed = [sound for sound in self._sounds if sound.label not in left_out]
        events, flac = [], io.BytesIO()
        with soundfile.SoundFile(flac, "w", self._rate_hz, 1, "PCM_16", format="FLAC") as out:
            done = 0
            for pause, sound in self._schedule(rng, allowed, recording.seconds):
                out.write(to_pcm(bed.take(pause)))
                done += pause
                if sound is None:
                    break
                signal, snr_db = self._placed(rng, bed, sound)
                out.write(to_pcm(signal))
                ends = done + len(signal)
                onset_seconds, offset_seconds = done / self._rate_hz, ends / self._rate_hz
                name, source = recording.name, sound.source
                events.append(
                    Event(name, sound.label, onset_seconds, offset_seconds, snr_db, source)
                )
                done = ends
        (folder / recording.name).write_bytes(flac.getbuffer())
        return events

    def _schedule(
        self, rng: np.random.Generator, sounds: list[_Sound], seconds: float
    ) -> Iterator[tuple[int, _Sound | None]]:
        """Pauses in samples and what follows each; None after the last."""
        by_label: dict[str, list[_Sound]] = {}
        for sound in sounds:
            by_label.setdefault(sound.label, []).append(sound)
        labels = sorted(by_label)
        total, done = round(seconds * self._rate_hz), 0
        shortest = round(self._recipe.shortest_pause_seconds * self._rate_hz)
        while True:
            drawn = rng.exponential(self._recipe.pause_seconds) * self._rate_hz
            pause = shortest + round(drawn)
            choice = by_label[labels[int(rng.integers(len(labels)))]]
            sound = choice[int(rng.integers(len(choice)))]
            if done + pause + len(sound.pcm) + shortest > total:
                yield total - done, None
                return
            yield pause, sound
            done += pause + len(sound.pcm)

    def _placed(
        self, rng: np.random.Generator, bed: Background, sound: _Sound
    ) -> tuple[Signal, float]:
        """The background with the sound on it, and the level of the one over the other."""
        under = bed.take(len(sound.pcm))
        signal = sound.pcm * (self._edges(len(sound.pcm)) / FULL_SCALE)
        snr_db = float(rng.choice(self._recipe.snrs_db))
        wanted = rms(under) / rms(signal) * 10.0 ** (snr_db / 20.0)
        room = LOUDEST_PEAK - float(np.abs(under).max())
        gain = min(wanted, room / float(np.abs(signal).max()))
        return under + gain * signal, snr_db + 20.0 * float(np.log10(gain / wanted))

    def _edges(self, samples: int) -> Signal:
        """1 but for the first and last few milliseconds, float64[samples]."""
        edge = round(EDGE_SECONDS * self._rate_hz)
        places = np.arange(samples)
        nearer = np.minimum(places, places[::-1]) + 1
        edges: Signal = np.minimum(nearer / edge, 1.0)
        return edges
