"""YAMNet as it is published, with 521 classes of AudioSet, run by the daemon's interpreter.

Google, Apache-2.0. Nothing of it goes into a bundle.
"""

import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.interpreter import Interpreter
from soundpost.errors import BundleError
from soundpost_training.errors import DatasetError

YAMNET_MODEL = "yamnet/yamnet.tflite"
"""Under $SOUNDPOST_DATA: the classification model as TF-Hub publishes it."""

YAMNET_NAMES = "yamnet_label_list.txt"
"""The list of classes, a member of the zip archive that is appended to the model."""

PATCH_SAMPLES = 15_600
"""0.975 s at 16 kHz, the input of the network."""

HOP_SAMPLES = 7_680
"""0.48 s, the hop between patches in YAMNet's reference code."""


class Yamnet:
    """Scores sound at 16 kHz.

    Args:
        path: `yamnet.tflite`, with its list of classes inside.

    Attributes:
        class_names: AudioSet's display names, in the order of the scores.

    Raises:
        DatasetError: The file is absent or is another one.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._interpreter = Interpreter(path.read_bytes())
            with zipfile.ZipFile(path) as archive:
                self.class_names = tuple(archive.read(YAMNET_NAMES).decode().splitlines())
        except (OSError, BundleError, zipfile.BadZipFile, KeyError) as error:
            raise DatasetError(
                f"expected YAMNet's TFLite file at {path}, got {error}",
                hint="put it there, set SOUNDPOST_DATA to the folder that has it, or evaluate with "
                "--no-peer",
            ) from error

    def score_patch(self, waveform: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns the scores of one patch, float32[521].

        Args:
            waveform: float32[15600], full scale at 1.0.
        """
        scores = self._interpreter.invoke(waveform.reshape(self._interpreter.input.shape))
        return scores.ravel()

    def score(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns the highest score of each class among a window's patches, float32[n, 521].

        Args:
            windows: float32[n, samples], full scale at 1.0, at least a patch long.
        """
        starts = patch_starts(windows.shape[1])
        scores = np.empty((len(windows), len(self.class_names)), np.float32)
        for row, window in zip(scores, windows, strict=True):
            row[:] = np.max(
                [self.score_patch(window[start : start + PATCH_SAMPLES]) for start in starts],
                axis=0,
            )
        return scores


def patch_starts(samples: int) -> list[int]:
    """Returns where the patches of a window begin: every 0.48 s, the last one moved to the end.

    Args:
        samples: Length of the window, at least that of a patch.
    """
    if samples < PATCH_SAMPLES:
        raise ValueError(f"expected windows of at least {PATCH_SAMPLES} samples, got {samples}")
    last = samples - PATCH_SAMPLES
    starts = list(range(0, last + 1, HOP_SAMPLES))
    # A single patch covers the beginning, so a second one is needed for what lies after it.
    if len(starts) == 1 and last:
        return [0, last]
    return [*starts[:-1], last]
