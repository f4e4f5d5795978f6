"""Composes the negatives: held-out clips in a row, ambience as it is, and made noises."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from soundpost.audio import Pcm
from soundpost_training.dataset.clip import Clip
from soundpost_training.dataset.decode.audio import to_pcm
from soundpost_training.field.compose.made_noise import drone, room_noise
from soundpost_training.field.compose.pieces import chunks_of, read, rng_of
from soundpost_training.field.compose.plan import NegativePlan
from soundpost_training.field.compose.writer import negative_recording, write_flac
from soundpost_training.field.recordings.label_tables import NEGATIVES
from soundpost_training.sources.decode import RATE_HZ
from soundpost_training.sources.recording import SourceRecording

LONGEST_SECONDS = 300.0
"""Of one recording of negatives."""

MADE = {"room_noise": room_noise, "drone": drone}
MADE_RECORDINGS = 20
MADE_SECONDS = 60.0
MADE_DBFS = {"room_noise": (-62.0, -42.0), "drone": (-40.0, -20.0)}
"""Levels of the made noises; each recording has its own."""


@dataclass(frozen=True, slots=True)
class Negatives:
    """Held-out recordings by source.

    Attributes:
        esc50: Clips of ESC-50.
        urbansound8k: Slices of UrbanSound8K.
        ambience: Ambience.
        debian: Speech and music of Debian packages.
    """

    esc50: Sequence[Clip]
    urbansound8k: Sequence[Clip]
    ambience: Sequence[SourceRecording]
    debian: Sequence[SourceRecording]

    def of(self, plan: NegativePlan) -> list[Clip] | list[SourceRecording]:
        """Returns the recordings that a plan names."""
        match plan.source:
            case "esc50":
                return [clip for clip in self.esc50 if clip.label == plan.name]
            case "urbansound8k":
                return [clip for clip in self.urbansound8k if clip.label == plan.name]
            case "ambience":
                return [each for each in self.ambience if each.path.stem == plan.name]
            case "debian":
                return [each for each in self.debian if plan.name in each.labels]
        return []


def write_negatives(folder: Path, plan: NegativePlan, negatives: Negatives) -> list[str]:
    """Writes the recordings of a plan, and returns their paths in the field folder."""
    names = []
    place = f"{NEGATIVES}/{plan.kind}/{plan.name}"
    for number, pcm in enumerate(_recordings(place, plan, negatives), 1):
        name = f"{place}/{number:02}.flac"
        write_flac(folder / name, pcm, RATE_HZ)
        names.append(name)
    return names


def _recordings(place: str, plan: NegativePlan, negatives: Negatives) -> Iterator[Pcm]:
    if plan.source == "made":
        yield from _made(place, plan.name)
        return
    pcms = map(read, negatives.of(plan))
    if plan.source == "ambience":
        yield from pcms
        return
    for number, row in enumerate(_rows(pcms)):
        yield negative_recording(rng_of(f"{place} {number}"), row, RATE_HZ)


def _rows(pcms: Iterable[Pcm]) -> Iterator[list[Pcm]]:
    """Yields clips in rows of at most five minutes; a longer clip is cut."""
    row: list[Pcm] = []
    samples = 0
    for pcm in pcms:
        for piece in chunks_of(pcm, LONGEST_SECONDS):
            if row and samples + len(piece) > LONGEST_SECONDS * RATE_HZ:
                yield row
                row, samples = [], 0
            row.append(piece)
            samples += len(piece)
    if row:
        yield row


def _made(place: str, name: str) -> Iterator[Pcm]:
    for number in range(MADE_RECORDINGS):
        rng = rng_of(f"{place} {number}")
        level = 10.0 ** (rng.uniform(*MADE_DBFS[name]) / 20.0)
        signal = MADE[name](rng, round(MADE_SECONDS * RATE_HZ), RATE_HZ)
        yield to_pcm(np.clip(level * signal, -1.0, 1.0))
