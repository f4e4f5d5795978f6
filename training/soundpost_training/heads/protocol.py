"""The protocol of the figures: which recordings of ESC-50 teach, and which ones test."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from soundpost.audio import Pcm
from soundpost.teach.examples import Embeddings, Recording, Stretch
from soundpost.teach.sound.clips import Clip as SoundClip
from soundpost.teach.sound.clips import key_of
from soundpost.teach.sound.embed import SoundEmbedder
from soundpost.teach.sound.recordings import RecordingMaker
from soundpost_training.dataset.clip import Clip
from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.progress import track

TAUGHT = (
    "frog",
    "crow",
    "chirping_birds",
    "thunderstorm",
    "coughing",
    "drinking_sipping",
    "can_opening",
    "glass_breaking",
    "engine",
    "hand_saw",
)
"""The categories that are taught: every fifth one in the numbering of ESC-50. They are those that
training/configs/everyday-forty.toml leaves out."""

PIECES = 40
"""Clips of the place that are mixed with those of a label."""


@dataclass(frozen=True, slots=True)
class Place:
    """An hour of other sounds, as a stream and clip by clip.

    Attributes:
        stream: Its windows, as the daemon has them.
        clips: The windows of each clip.
    """

    stream: Stretch
    clips: Sequence[Embeddings]


@dataclass(frozen=True, slots=True)
class Material:
    """All embeddings of one network.

    Attributes:
        taught: The recordings of each label, with the source of each clip.
        known: The place whose background is at hand.
        new: The place that false events are counted at; no recording is in both.
    """

    taught: dict[str, list[tuple[str, Recording]]]
    known: Place
    new: Place


def is_of_known_place(group: str) -> bool:
    """Returns whether the clips of a source are at the place whose background is at hand."""
    return hashlib.sha256(group.encode()).digest()[0] % 2 == 0


def embed_all(clips: Sequence[Clip], embedder: SoundEmbedder, name: str) -> Material:
    """Returns the embeddings of ESC-50.

    Args:
        clips: All clips.
        embedder: Computes embeddings.
        name: Of the network, for the progress.
    """
    sides: dict[bool, list[Pcm]] = {True: [], False: []}
    taught: list[tuple[Clip, Pcm]] = []
    for clip in clips:
        samples = read_pcm(clip.path, embedder.rate_hz)
        if clip.label in TAUGHT:
            taught.append((clip, samples))
        else:
            sides[is_of_known_place(clip.group)].append(samples)
    known, new = (_place(sides[side], embedder, name) for side in (True, False))
    maker = RecordingMaker(embedder, sides[True][:: max(1, len(sides[True]) // PIECES)])
    recordings: dict[str, list[tuple[str, Recording]]] = {label: [] for label in TAUGHT}
    for clip, samples in track(taught, f"{name}: labels to teach"):
        key = key_of(samples)
        taught_clip = SoundClip(clip.path, partial(_same, samples), key)
        made = maker.make([taught_clip], lambda *_: None)
        recordings[clip.label].append((clip.group, made[0]))
    return Material(recordings, known, new)


def _same(samples: Pcm) -> Pcm:
    return samples


def _place(clips: Sequence[Pcm], embedder: SoundEmbedder, name: str) -> Place:
    # Neighbours in the list are of one category: a place has its sounds in any order.
    order = np.random.default_rng(0).permutation(len(clips))
    shuffled = [clips[at] for at in order]
    stream = np.concatenate([each.embeddings for each in embedder.stream(shuffled)])
    alone = [embedder.embed(samples).embeddings for samples in track(shuffled, f"{name}: a place")]
    return Place(Stretch("other sounds", stream, embedder.stride_seconds), alone)


def choose(
    recordings: Sequence[tuple[str, Recording]], count: int, seed: int
) -> tuple[list[Recording], list[Recording]]:
    """Returns recordings to teach, each of another source, and all those of other sources.

    Args:
        recordings: Of a label, with the source of each.
        count: Recordings to teach; at least two sources are left to test.
        seed: Of the choice.
    """
    sources = sorted({source for source, _ in recordings})
    rng = np.random.default_rng(seed)
    chosen = [sources[at] for at in rng.permutation(len(sources))]
    chosen = chosen[: min(count, len(sources) - 2)]
    first: dict[str, Recording] = {}
    for source, recording in recordings:
        if source in chosen:
            first.setdefault(source, recording)
    test = [recording for source, recording in recordings if source not in chosen]
    return [first[source] for source in sorted(first)], test
