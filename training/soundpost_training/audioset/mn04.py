"""mn04_as of EfficientAT, a teacher network with 527 classes of AudioSet.

Schmid, Koutini and Widmer, "Efficient Large-scale Audio Tagging via Transformer-to-CNN Knowledge
Distillation", ICASSP 2023 (MIT licence). Nothing of it goes into a bundle.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from soundpost.system.regular_file import read_regular
from soundpost_training.audioset.onnx_model import OnnxModel
from soundpost_training.errors import TrainingError

MN04_MODEL = "mn04/mn04_as.onnx"
"""Under $SOUNDPOST_DATA: the network with its spectrogram, exported to ONNX."""

MN04_CLASSES = "mn04/class_labels_indices.csv"
"""Under $SOUNDPOST_DATA: AudioSet's table of classes, in the order of the logits."""

CLASSES = 527
EMBEDDING = 384
INPUT_RATE_HZ = 32_000
SAMPLE_RATE_HZ = 16_000
BATCH = 16
"""Windows of one inference. More are not faster on a single core, and need more memory."""

LARGEST_TABLE_BYTES = 1_000_000
"""AudioSet's table has 15 kB."""


@dataclass(frozen=True, slots=True)
class Mn04Output:
    """The network's outputs for n windows.

    Attributes:
        logits: float32[n, 527]; a sigmoid makes them probabilities.
        embedding: float32[n, 384], the input of the network's classifier.
    """

    logits: NDArray[np.float32]
    embedding: NDArray[np.float32]


class Mn04:
    """Scores windows of sound at 16 kHz.

    Args:
        model: `mn04_as.onnx`.
        classes: `class_labels_indices.csv`.

    Attributes:
        class_names: AudioSet's display names, in the order of the logits.

    Raises:
        TrainingError: onnxruntime is not installed, or a file is missing or is another one.
    """

    def __init__(self, model: Path, classes: Path) -> None:
        self.class_names = _read_class_names(classes)
        self._model = OnnxModel(model)
        if self._model.inputs != ("waveform",) or {"logits", "embedding"} - {*self._model.outputs}:
            raise TrainingError(
                f"expected a model from waveform to logits and embedding at {model}, got one from "
                f"{', '.join(self._model.inputs)} to {', '.join(self._model.outputs)}",
                hint="use mn04_as.onnx of EfficientAT, with its spectrogram inside",
            )

    def score(self, windows: NDArray[np.float32]) -> Mn04Output:
        """Returns logits and embedding of each window.

        Args:
            windows: float32[n, samples], 16 kHz, full scale at 1.0, at least half a second.
        """
        logits = np.empty((len(windows), CLASSES), np.float32)
        embedding = np.empty((len(windows), EMBEDDING), np.float32)
        for first in range(0, len(windows), BATCH):
            batch = slice(first, first + BATCH)
            # soxr takes float32[samples, channels] and filters each channel by itself.
            waveform = soxr.resample(windows[batch].T, SAMPLE_RATE_HZ, INPUT_RATE_HZ).T
            outputs = self._model.run({"waveform": np.ascontiguousarray(waveform, np.float32)})
            logits[batch], embedding[batch] = outputs["logits"], outputs["embedding"]
        return Mn04Output(logits, embedding)


def _read_class_names(path: Path) -> tuple[str, ...]:
    try:
        text = read_regular(path, LARGEST_TABLE_BYTES).decode("utf-8")
        names = tuple(row["display_name"] for row in csv.DictReader(text.splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise TrainingError(
            f"expected AudioSet's table of classes at {path}, got {error!r}",
            hint="put class_labels_indices.csv there, or set SOUNDPOST_DATA to the folder that "
            "has it",
        ) from error
    if len(names) != CLASSES:
        raise TrainingError(
            f"expected {CLASSES} classes in {path}, got {len(names)}",
            hint="use AudioSet's class_labels_indices.csv unchanged",
        )
    return names
