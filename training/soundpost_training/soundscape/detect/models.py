"""Models that score soundscapes: the bundle under test, and YAMNet as the reference."""

import csv
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm
from soundpost.classify import Bundle, Classifier
from soundpost.events import Window
from soundpost.features import FeatureSpec
from soundpost.manifest import log_mel_input
from soundpost_training.audioset.yamnet import Yamnet
from soundpost_training.errors import DatasetError

YAMNET_WINDOW_FRAMES = 96
"""0.975 s, the input of the network."""

YAMNET_STRIDE_FRAMES = 50
"""Half a second, as the bundles' stride."""

LABEL_MAP = "audioset.csv"


class BundleModel:
    """A bundle's classifier.

    Args:
        bundle: The bundle.
        name: Its name in the report.
    """

    def __init__(self, bundle: Bundle, name: str) -> None:
        model_input = log_mel_input(bundle.manifest, "scoring soundscapes")
        self.name = name
        self.spec: FeatureSpec = model_input.features
        self.window_frames: int = model_input.window_frames
        self.stride_frames: int = model_input.stride_frames
        self.labels: tuple[str, ...] = tuple(bundle.manifest.label_names)
        self._classifier = Classifier(bundle)

    def scores(self, window: Window, samples: Pcm) -> NDArray[np.float32]:
        """Returns scores float32[labels] of the window's log-mel."""
        del samples  # the input of this model is log-mel
        return self._classifier.scores(window.log_mel)


class YamnetModel:
    """YAMNet. A label's score is the highest of those of its 521 classes that mean the label.

    Its windows last 0.975 s; they are taken every half second, as a bundle's are.

    Args:
        path: `yamnet.tflite`, with its label list inside.
        labels: The soundscape's labels, in the order of the scores; unmapped ones are left out.
        label_map: Display names of AudioSet's classes by label; those of ESC-50 by default. YAMNet
            lacks six of the 527 classes, so one class of each label is enough.

    Raises:
        DatasetError: The file is absent, or lacks all classes of a label, or one that is mapped by
            default.
    """

    name = "YAMNet"
    spec = FeatureSpec()
    window_frames = YAMNET_WINDOW_FRAMES
    stride_frames = YAMNET_STRIDE_FRAMES

    def __init__(
        self,
        path: Path,
        labels: tuple[str, ...],
        label_map: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._yamnet = Yamnet(path)
        names = self._yamnet.class_names
        classes = audioset_names() if label_map is None else label_map
        self.labels = tuple(label for label in labels if label in classes)
        unknown = {name for label in self.labels for name in classes[label]} - set(names)
        if label_map is not None:
            classes = {
                label: [name for name in classes[label] if name in names] for label in self.labels
            }
            unknown = {label_map[label][0] for label in self.labels if not classes[label]}
        if unknown:
            raise DatasetError(
                f"expected class {', '.join(sorted(unknown))} in {path}, got none of that name",
                hint=f"correct {LABEL_MAP}, or take the file that TF-Hub publishes",
            )
        self._columns = [[names.index(name) for name in classes[label]] for label in self.labels]

    def scores(self, window: Window, samples: Pcm) -> NDArray[np.float32]:
        """Returns scores float32[labels] of the samples, int16[15600]."""
        del window  # the input of this model is the waveform
        waveform = samples.astype(np.float32) / np.float32(FULL_SCALE)
        classes = self._yamnet.score_patch(waveform)
        return np.array([classes[columns].max() for columns in self._columns], np.float32)


def audioset_names() -> Mapping[str, Sequence[str]]:
    """Returns, for each label of ESC-50 that AudioSet has, the display names of its classes."""
    text = files(__package__).joinpath(LABEL_MAP).read_text(encoding="utf-8")
    names: dict[str, list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        names.setdefault(row["label"], []).append(row["audioset"])
    return names
