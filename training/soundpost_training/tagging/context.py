"""An experiment of audio tagging with its recordings and examples."""

from dataclasses import dataclass

from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.sources.recording import Source
from soundpost_training.tagging.examples.example_pool import ExamplePool
from soundpost_training.tagging.examples.waveforms import Waveforms
from soundpost_training.tagging.experiment import TaggingExperiment


@dataclass(frozen=True)
class TaggingContext:
    """An experiment with its recordings and examples, for training and export.

    Attributes:
        experiment: The file.
        label_map: The labels.
        sources: Where the recordings are from.
        waveforms: The recordings for training.
        pool: The examples.
    """

    experiment: TaggingExperiment
    label_map: LabelMap
    sources: list[Source]
    waveforms: Waveforms
    pool: ExamplePool
