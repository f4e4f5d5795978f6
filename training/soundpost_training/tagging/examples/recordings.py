"""The recordings of an experiment, from its sources."""

import re
from pathlib import Path

from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.progress import console
from soundpost_training.sources.corpora import read_corpora
from soundpost_training.sources.debian.read import read_packages
from soundpost_training.sources.recording import Source, SourceRecording
from soundpost_training.synthesis.made_recordings import Counts, made_recordings
from soundpost_training.tagging.experiment import SourcesConfig, TaggingExperiment

PACKAGES, MADE, ROOMS = "debian", "made", "rooms.npz"
"""In the cache: unpacked packages, made recordings and impulse responses."""

NON_COMMERCIAL = re.compile(r"\bNC\b")
"""Part of the short name of a licence that forbids commercial use, such as CC BY-NC 3.0."""


def read_sources(
    experiment: TaggingExperiment, label_map: LabelMap, packages: Path, made: Path
) -> list[Source]:
    """Returns the sources of an experiment; prints the packages while they are fetched.

    Args:
        experiment: Its kinds of sources.
        label_map: The labels of categories.
        packages: The folder of unpacked Debian packages.
        made: The folder of made recordings.

    Raises:
        DatasetError: A corpus is missing or damaged.
    """
    config = experiment.sources
    sources: list[Source] = []
    corpora = {"esc50", "urbansound8k", "ambience"} & set(config.kinds)
    if corpora:
        every = read_corpora(label_map.esc50, label_map.urbansound8k)
        sources += [source for source in every if source.name in corpora]
    if "debian" in config.kinds:
        sources += read_packages(
            packages,
            config.packages or None,
            progress=lambda name: console.print(f"reading {name}"),
        )
    if "synthesis" in config.kinds:
        counts = Counts(alarms=config.made, speech=config.made, music=config.made)
        sources.append(made_recordings(made, experiment.seed, counts))
    return [_licensed(source, config) for source in sources]


def training_recordings(sources: list[Source]) -> list[SourceRecording]:
    """Returns the recordings that are not held out."""
    return [item for source in sources for item in source.recordings if not item.held_out]


def _licensed(source: Source, config: SourcesConfig) -> Source:
    """Returns a source without the recordings that the experiment must not use."""
    if config.licences == "all":
        return source
    free = tuple(item for item in source.recordings if not NON_COMMERCIAL.search(item.licence))
    lost = len(source.recordings) - len(free)
    reasons = (f"{source.name}: {lost} recordings are not for commercial use",) if lost else ()
    return Source(source.name, free, source.left_out + reasons)
