"""Makes the int8 network of a backbone and a head, and the files of its bundle."""

from pathlib import Path
from typing import NamedTuple

import keras
import msgspec
import numpy as np
from keras import layers
from numpy.typing import NDArray

from soundpost.classify import Bundle, Classifier
from soundpost.manifest import (
    CARD_FILE,
    GOLDEN_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    Label,
    LogMelInput,
    Manifest,
    Metric,
    Output,
    Training,
    minimum_daemon,
)
from soundpost_training.bundle.golden import bundle_golden
from soundpost_training.dataset.clip import Dataset
from soundpost_training.network.arch.layer_names import LOGITS
from soundpost_training.network.streaming.describe import streaming_of
from soundpost_training.network.streaming.parts import with_streaming
from soundpost_training.progress import track
from soundpost_training.quantize.convert import calibration_windows, convert
from soundpost_training.quick.backbone import Backbone
from soundpost_training.scoring.classifier import NO_GOLDEN
from soundpost_training.scoring.manifest import (
    artifact,
    tensors,
)
from soundpost_training.train.linear_head import Head

Real = NDArray[np.float32]

VERSION = "0.1.0"
"""Of a bundle whose user gives none."""


class Origin(NamedTuple):
    """The origin of a bundle.

    Attributes:
        name: Of the bundle.
        version: Of the bundle.
        command: The command line that made it.
    """

    name: str
    version: str
    command: str


def int8_model(backbone: Backbone, head: Head, calibration: Real) -> bytes:
    """Returns the TFLite file of backbone and head, int8 from log-mel to logits.

    Args:
        backbone: The frozen network.
        head: Fitted on its features.
        calibration: float32[n, frames, bands] log-mel windows.
    """
    network = backbone.network
    last = layers.Dense(head.kernel.shape[1], name=LOGITS)
    whole = keras.Model(network.input, last(network.output))
    last.set_weights([head.kernel, head.bias])
    rng = np.random.default_rng(0)
    windows = calibration_windows(rng, calibration, len(calibration), backbone.spec.log_offset)
    return with_streaming(convert(whole, windows), backbone.window.stride_frames)


class ManifestMaker(NamedTuple):
    """All of a manifest but the files that it names.

    Attributes:
        origin: Name, version and command.
        backbone: The frozen network.
        head: Its activation.
        dataset: What the head was fitted on.
        labels: With their thresholds, in the order of the logits.
    """

    origin: Origin
    backbone: Backbone
    head: Head
    dataset: Dataset
    labels: list[Label]

    def manifest(self, model: bytes, golden: bytes, metrics: list[Metric]) -> Manifest:
        """Returns the manifest of these files."""
        entry, result = tensors(model)
        dataset, backbone = self.dataset, self.backbone
        streaming = streaming_of(model)
        return Manifest(
            schema=1,
            id=self.origin.name,
            version=self.origin.version,
            minimum_daemon=minimum_daemon(self.labels, streams=streaming is not None),
            model=artifact(model),
            golden=artifact(golden),
            input=LogMelInput(
                features=backbone.spec,
                window_frames=backbone.window.frames,
                stride_frames=backbone.window.stride_frames,
                tensor=entry,
            ),
            output=Output(tensor=result, activation=self.head.activation, temperature=1.0),
            labels=self.labels,
            training=Training(
                data=f"{dataset.name}, on features of {backbone.name} (of {backbone.data})",
                licence=f"{dataset.licence}; features: {backbone.licence}",
                attribution=f"{dataset.attribution}; features: {backbone.attribution}",
                folds=dataset.folds,
                held_out_folds=[],
                command=self.origin.command,
            ),
            metrics=metrics,
            streaming=streaming,
        )

    def classifier(self, model: bytes) -> Classifier:
        """Returns the daemon's classifier of a model that is in no bundle yet."""
        # Windows of clips are scored one by one, which is faster as a whole.
        manifest = msgspec.structs.replace(self.manifest(model, NO_GOLDEN, []), streaming=None)
        return Classifier(Bundle(folder=Path(), manifest=manifest, model=model))

    def files(self, model: bytes, card: str, metrics: list[Metric]) -> dict[str, bytes]:
        """Returns the files of the bundle by their names."""
        unproven = self.manifest(model, NO_GOLDEN, [])
        golden = bundle_golden(Bundle(folder=Path(), manifest=unproven, model=model))
        manifest = self.manifest(model, golden, metrics)
        return {
            MODEL_FILE: model,
            GOLDEN_FILE: golden,
            MANIFEST_FILE: msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n",
            CARD_FILE: card.encode(),
        }


def int8_scores(classifier: Classifier, windows: Real) -> Real:
    """Returns the daemon's scores of log-mel windows, float32[n, labels]."""
    return np.stack([classifier.scores(window) for window in track(windows, "scores in int8")])
