"""Examples with the teachers' outputs, computed once and stored on disk in place."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.features import LogMel
from soundpost_training.audioset.mn04 import CLASSES, EMBEDDING
from soundpost_training.audioset.soft_scores import AudioSetTeachers, TeacherScores
from soundpost_training.tagging.examples.mixtures import Components, MixtureMaker
from soundpost_training.tagging.examples.waveforms import Waveforms
from soundpost_training.tagging.experiment import TaggingExperiment
from soundpost_training.teacher.resumable_array import fill_resumable

VERSION = 1
"""Part of the pool's name; it rises when a seed gives other examples than before."""

BATCH = 32
"""Examples made and scored at once."""

DIGIT = 1024
"""float16 has integers up to 2048: a position is stored as two digits of this base."""

ABOUT = 7
"""Values of an example's components: two positions of two digits, two levels and the ratio."""


@dataclass(frozen=True, slots=True)
class ExamplePool:
    """Examples of an experiment.

    Attributes:
        log_mel: float16[n, frames * bands], mapped from a file.
        scores: The teachers' outputs.
        components: The sounds in them.
    """

    log_mel: NDArray[np.float16]
    scores: TeacherScores
    components: Components


def fill_pool(
    experiment: TaggingExperiment,
    waveforms: Waveforms,
    maker: MixtureMaker,
    teachers: AudioSetTeachers,
    folder: Path,
) -> ExamplePool:
    """Returns the pool of an experiment; an interrupted one is continued.

    Each example has a row with its log-mel, the teachers' outputs and its components, so that it
    is made once only.

    Args:
        experiment: Number of examples, features and window.
        waveforms: The recordings.
        maker: Makes the examples.
        teachers: Score them.
        folder: Of the pool's file, 28 kB for each example.

    Raises:
        TrainingError: The disk has no space for it.
    """
    front_end = LogMel(experiment.features)
    values = experiment.window.frames * experiment.features.mel_bands
    widths = (values, CLASSES, EMBEDDING, len(teachers.yamnet.class_names), ABOUT)

    def compute(numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        mixtures = [maker.make(int(number)) for number in numbers]
        scores = teachers.soft_scores(np.stack([mixture.samples for mixture in mixtures]))
        rows = np.empty((len(numbers), sum(widths)), np.float32)
        for row, mixture, *scored in zip(rows, mixtures, *scores, strict=True):
            sounds = mixture.first, mixture.second
            row[:] = np.concatenate(
                (
                    front_end.compute(mixture.samples).ravel(),
                    *scored,
                    np.ravel([_digits(sound.recording) for sound in sounds]),
                    [sound.level_db for sound in sounds],
                    [mixture.snr_db],
                )
            )
        return rows

    path = folder / f"pool-{_fingerprint(experiment, waveforms)}.npy"
    shape = (experiment.examples.count, sum(widths))
    rows = fill_resumable(path, shape, BATCH, compute, "making and scoring examples")
    ends = np.cumsum(widths)
    log_mel, mn04, embedding, yamnet, about = np.split(rows, ends[:-1], axis=1)
    values_about = about.astype(np.float32)
    positions = (_number(values_about[:, 0:2]), _number(values_about[:, 2:4]))
    recordings = np.stack(positions, axis=1)
    return ExamplePool(
        log_mel=log_mel,
        scores=TeacherScores(mn04, embedding, yamnet),
        components=Components(recordings, values_about[:, 4:6], values_about[:, 6]),
    )


def _digits(recording: int) -> tuple[int, int]:
    return divmod(recording + 1, DIGIT)


def _number(digits: NDArray[np.float32]) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = np.rint(digits @ np.array([DIGIT, 1])).astype(np.int64) - 1
    return numbers


def _fingerprint(experiment: TaggingExperiment, waveforms: Waveforms) -> str:
    """Returns a name for all that the examples depend on, 16 hexadecimal digits."""
    recordings = [(item.source, item.path.name, item.labels) for item in waveforms.recordings]
    content = (
        VERSION,
        experiment.seed,
        experiment.examples,
        experiment.features,
        experiment.window.frames,
        recordings,
    )
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:16]
