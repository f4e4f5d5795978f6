"""A head that a test fits on recordings, by ridge regression in a few lines."""

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from heads import CARD, facts_on, label
from streaming_bundle import streaming_bundle

from soundpost.audio import Chunk, Pcm
from soundpost.audio.resample import resample_whole
from soundpost.classify import Classifier
from soundpost.heads import GoldenEmbeddings, Head, HeadWeights, install_head

RATE_HZ = 16_000
LABEL = "gate_bell"
CATEGORY = "church_bells"
OTHERS = ("rain", "dog", "engine", "crickets", "keyboard_typing", "crying_baby")
TAUGHT = 10
"""Recordings of the label that the head is fitted on; the tests play others."""
RIDGE = 300.0


def clips(data: Path, category: str) -> list[Path]:
    """Returns one clip of each recording of a category of ESC-50."""
    with (data / "esc50" / "esc50.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["category"] == category]
    of_recording = {row["src_file"]: row["filename"] for row in reversed(rows)}
    folder = data / "esc50" / "audio"
    return sorted(folder / name.replace(".wav", ".flac") for name in of_recording.values())


def samples(clip: Path) -> Pcm:
    """Returns a clip at the rate of the model, int16."""
    sound, rate_hz = soundfile.read(clip, dtype="int16")
    return resample_whole(sound, rate_hz, RATE_HZ)


@cache
def classifier() -> Classifier:
    """Returns the classifier of the backbone."""
    return Classifier(streaming_bundle(), embeds=True)


def embeddings(sounds: Sequence[Pcm]) -> np.ndarray:
    """Returns the embeddings of the louder half of the windows of each sound."""
    rows = []
    for sound in sounds:
        windower = streaming_bundle().manifest.input.windower()
        windows = [*windower.window(Chunk(0, sound, 0))]
        scored = classifier().classify_all(windows)
        levels = np.array([window.level_dbfs for window in windows])
        loud = np.flatnonzero(levels >= np.median(levels))
        rows += [each for at in loud if (each := scored[at].embedding) is not None]
    return np.stack(rows)


def teach(heads: Path, data: Path) -> Head:
    """Fits a head on recordings of a category against those of others, and stores it."""
    own = embeddings([samples(clip) for clip in clips(data, CATEGORY)[:TAUGHT]])
    other = embeddings([samples(clip) for name in OTHERS for clip in clips(data, name)[:6]])
    both = np.concatenate((own, other)).astype(np.float64)
    mean, scale = both.mean(axis=0), both.std(axis=0) + 1e-3
    rows = (both - mean) / scale
    targets = np.repeat([4.0, -4.0], [len(own), len(other)])
    weights = np.linalg.solve(rows.T @ rows + RIDGE * np.eye(rows.shape[1]), rows.T @ targets)
    fitted = HeadWeights(
        *(weights.astype(np.float32), np.zeros(1, np.float32)),
        *(mean.astype(np.float32), scale.astype(np.float32)),
    )
    golden = GoldenEmbeddings.of(fitted, np.concatenate((own[:4], other[:4])))
    described = facts_on(streaming_bundle(), label(LABEL, smoothing_windows=2, group="yard"))
    return install_head(heads / LABEL, described, fitted, golden, CARD)
