"""General sounds: embeddings of many recordings with free licences, beside a bundle."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.audio.resample import resample_whole
from soundpost.teach.sound.embed import Embedder, open_embedder
from soundpost.teach.sound.general import NEGATIVES_FILE, encode_general
from soundpost.teach.sound.harder import surround
from soundpost.teach.sound.loud_part import loud_windows, loudest_stretch
from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.deploy import BundleConfig
from soundpost_training.files import write_atomic
from soundpost_training.progress import track
from soundpost_training.sources.decode import RATE_HZ, read_recording
from soundpost_training.sources.recording import SourceRecording
from soundpost_training.tagging.examples.recordings import (
    MADE,
    PACKAGES,
    read_sources,
    training_recordings,
)
from soundpost_training.tagging.experiment import SourceKind, SourcesConfig, TaggingExperiment

KINDS: tuple[SourceKind, ...] = ("ambience", "debian", "synthesis")
"""Sources whose licences are free; of ESC-50 and UrbanSound8K nothing is in the file."""
LONGEST_SECONDS = 10.0
MADE_SEED = 12
"""Of the made recordings: that of training/configs/everyday.toml, whose files are used again."""
DEFAULT_COUNT = 900
"""In `everyday` they take 412 kB."""


class NegativesRequest(NamedTuple):
    """The bundle and the sources of general sounds.

    Attributes:
        bundle: The name or the folder of the bundle.
        cache: The folder of packages and made recordings.
        size: The number of embeddings.
        seed: Chooses recordings and windows.
    """

    bundle: str
    cache: Path
    size: int = DEFAULT_COUNT
    seed: int = 0


def write_negatives(request: NegativesRequest) -> Path:
    """Writes the general sounds of a bundle into its folder, and returns the file.

    Raises:
        DatasetError: There is no recording.
        TeachError: The bundle has no embedding.
    """
    embedder = open_embedder(request.bundle)
    experiment = TaggingExperiment(
        name="negatives",
        seed=MADE_SEED,
        bundle=BundleConfig(id="negatives", version="1.0.0"),
        sources=SourcesConfig(kinds=KINDS, licences="free"),
    )
    sources = read_sources(
        experiment, read_label_map(), request.cache / PACKAGES, request.cache / MADE
    )
    rng = np.random.default_rng(request.seed)
    recordings = in_turns(training_recordings(sources), rng)
    rows = list(_rows(recordings, embedder, request.size, rng))
    if not rows:
        raise DatasetError("no recording with a free licence", hint="see docs/TRAINING.md")
    path = embedder.bundle.folder / NEGATIVES_FILE
    write_atomic(path, encode_general(np.stack(rows), embedder.backbone, embedder.input))
    return path


def in_turns(
    recordings: Sequence[SourceRecording], rng: np.random.Generator
) -> Iterator[SourceRecording]:
    """Yields recordings in a random order in which sources and their labels take turns.

    So a source with thousands of recordings, such as words spoken one by one, is no larger part
    than one with few.
    """
    kinds: dict[tuple[str, tuple[str, ...]], list[SourceRecording]] = {}
    for recording in recordings:
        kinds.setdefault((recording.source, recording.labels), []).append(recording)
    queues = [[group[at] for at in rng.permutation(len(group))] for group in kinds.values()]
    while queues:
        for at in rng.permutation(len(queues)):
            yield queues[at].pop()
        queues = [queue for queue in queues if queue]


def _rows(
    recordings: Iterator[SourceRecording], embedder: Embedder, count: int, rng: np.random.Generator
) -> Iterator[NDArray[np.float32]]:
    """Yields the embedding of one window of the loud part of each recording, float32[size]."""
    for _ in track(range(count), "general sounds"):
        row = None
        while row is None:
            recording = next(recordings, None)
            if recording is None:
                return
            try:
                samples = read_recording(recording)
            except DatasetError:
                continue
            row = window_row(samples, embedder, rng)
        yield row


def window_row(
    samples: Pcm, embedder: Embedder, rng: np.random.Generator
) -> NDArray[np.float32] | None:
    """Returns the embedding of a window of the loud part, float32[size]; None of silence.

    Args:
        samples: int16[n] at 16 kHz.
        embedder: Computes embeddings.
        rng: Chooses the window.
    """
    if not samples.any():
        return None
    rate_hz = embedder.rate_hz
    sound = resample_whole(samples, RATE_HZ, rate_hz)
    sound = loudest_stretch(sound, round(LONGEST_SECONDS * rate_hz), rate_hz)
    length = max(len(sound), embedder.window_samples + 2 * embedder.stride_samples)
    placed = surround(sound, [], length, rng)
    windows = embedder.embed(placed)
    is_loud = loud_windows(placed, windows.starts, embedder.window_samples, rate_hz)
    row: NDArray[np.float32] = windows.embeddings[int(rng.choice(np.flatnonzero(is_loud)))]
    return row
