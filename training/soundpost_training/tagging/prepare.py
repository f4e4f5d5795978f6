"""Prepares an experiment: recordings, examples with the teachers' scores, and their targets."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost_training.audioset.blend import Blend
from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.audioset.soft_scores import AudioSetTeachers
from soundpost_training.synthesis.rooms import load_bank
from soundpost_training.tagging.context import TaggingContext
from soundpost_training.tagging.examples.example_pool import fill_pool
from soundpost_training.tagging.examples.mixtures import MixtureMaker
from soundpost_training.tagging.examples.recordings import (
    MADE,
    PACKAGES,
    ROOMS,
    read_sources,
    training_recordings,
)
from soundpost_training.tagging.examples.waveforms import load_waveforms
from soundpost_training.tagging.experiment import TaggingExperiment
from soundpost_training.tagging.heads import Heads
from soundpost_training.tagging.presence import known_presence
from soundpost_training.tagging.targets import make_targets


def prepare_tagging(experiment: TaggingExperiment, cache: Path) -> TaggingContext:
    """Returns an experiment with its examples; whatever was made before is used again.

    Args:
        experiment: The file.
        cache: The folder of packages, decoded recordings and examples.

    Raises:
        DatasetError: Recordings cannot be used.
        TrainingError: A teacher is missing, or the disk is full.
    """
    label_map = read_label_map()
    sources = read_sources(experiment, label_map, cache / PACKAGES, cache / MADE)
    waveforms = load_waveforms(training_recordings(sources), cache)
    rooms = load_bank(cache / ROOMS, experiment.seed) if experiment.examples.room_share else None
    samples = experiment.features.sample_count(experiment.window.frames)
    maker = MixtureMaker(experiment.examples, waveforms, rooms, samples, experiment.seed)
    pool = fill_pool(experiment, waveforms, maker, AudioSetTeachers(), cache)
    return TaggingContext(experiment, label_map, sources, waveforms, pool)


def targets_of(context: TaggingContext) -> NDArray[np.float32]:
    """Returns the targets of all examples, float32[n, labels]."""
    config, pool = context.experiment.targets, context.pool
    blended = Blend(context.label_map, AudioSetTeachers()).label_scores(pool.scores)
    presence = known_presence(pool.components, context.waveforms.recordings, context.label_map)
    heads = Heads(config, pool.scores, presence, blended, context.experiment.seed)
    scores = heads.label_scores(pool.scores)
    return make_targets(config, blended, heads, scores, presence)
