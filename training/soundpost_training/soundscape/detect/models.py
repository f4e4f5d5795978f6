"""Who listens: the bundle under test, and YAMNet as a peer."""

import csv
import zipfile
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm
from soundpost.classify import Bundle, Classifier
from soundpost.classify.interpreter import Interpreter
from soundpost.events import Window
from soundpost.features import FeatureSpec
from soundpost_training.errors import DatasetError

PEER_MODEL = "yamnet/yamnet.tflite"
"""Under $SOUNDPOST_DATA: the classification model as TF-Hub publishes it."""

PEER_NAMES = "yamnet_label_list.txt"
PEER_TABLE = "audioset.csv"
PEER_WINDOW_FRAMES = 96
PEER_STRIDE_FRAMES = 50


class BundleModel:
    """A bundle's classifier.

    Args:
        bundle: The bundle.
        name: As the report calls it.
    """

    def __init__(self, bundle: Bundle, name: str) -> None:
        heard = bundle.manifest.input
        self.name = name
        self.spec: FeatureSpec = heard.features
        self.window_frames: int = heard.window_frames
        self.stride_frames: int = heard.stride_frames
        self.labels: tuple[str, ...] = tuple(bundle.manifest.label_names)
        self._classifier = Classifier(bundle)

    def scores(self, window: Window, samples: Pcm) -> NDArray[np.float32]:
        """Scores float32[labels] of the window's log-mel."""
        del samples  # this model hears log-mel
        return self._classifier.scores(window.log_mel)


class YamnetModel:
    """YAMNet, its 521 scores brought down to our labels: the highest of those that mean one.

    Its windows last 0.975 s; they are taken every half second, as ours are.

    Args:
        path: `yamnet.tflite`, with its label list inside.
        labels: Ours, in the order of the scores to give.

    Raises:
        DatasetError: The file is absent, or does not know a name of the table.
    """

    name = "YAMNet"
    spec = FeatureSpec()
    window_frames = PEER_WINDOW_FRAMES
    stride_frames = PEER_STRIDE_FRAMES

    def __init__(self, path: Path, labels: tuple[str, ...]) -> None:
        try:
            self._interpreter = Interpreter(path.read_bytes())
            names = zipfile.ZipFile(path).read(PEER_NAMES).decode().splitlines()
        except (OSError, zipfile.BadZipFile, KeyError) as error:
            raise DatasetError(
                f"{path} cannot be read: {error}",
                hint="put YAMNet's TFLite file there, or judge without --peer",
            ) from error
        table = peer_table()
        self.labels = tuple(label for label in labels if label in table)
        unknown = {name for label in self.labels for name in table[label]} - set(names)
        if unknown:
            raise DatasetError(
                f"{path} has no class {', '.join(sorted(unknown))}",
                hint=f"mend {PEER_TABLE}, or take the file that TF-Hub publishes",
            )
        self._columns = [[names.index(name) for name in table[label]] for label in self.labels]

    def scores(self, window: Window, samples: Pcm) -> NDArray[np.float32]:
        """Scores float32[labels] of the samples, int16[15600]."""
        del window  # this model hears the samples themselves
        wave = samples.astype(np.float32) / FULL_SCALE
        answer = self._interpreter.invoke(wave.reshape(self._interpreter.input.shape)).ravel()
        return np.array([answer[columns].max() for columns in self._columns], np.float32)


def peer_table() -> dict[str, list[str]]:
    """For each label of ESC-50 that AudioSet knows, the display names that mean it."""
    text = files(__package__).joinpath(PEER_TABLE).read_text(encoding="utf-8")
    table: dict[str, list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        table.setdefault(row["label"], []).append(row["audioset"])
    return table
