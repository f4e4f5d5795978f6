"""Networks whose frozen features a head is fitted on: a bundle's, or YAMNet's first layers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
from keras import layers

from soundpost.classify import find_bundle, load_bundle
from soundpost.features import FeatureSpec
from soundpost_training.dataset.paths import data_folder
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.data import WindowConfig
from soundpost_training.network.arch.yamnet import yamnet_layers
from soundpost_training.network.pretrained.tflite_graph import read_graph
from soundpost_training.network.pretrained.tflite_network import dequantised_network
from soundpost_training.network.pretrained.yamnet import yamnet_weights

YAMNET_LAYERS = (7, 8, 10)
"""Layers whose pooled activations are features. Together they are better than each alone, and than
YAMNet's own embedding; see docs/adr/0037."""

YAMNET_WINDOW = WindowConfig(frames=197, stride_frames=48)
"""Two of YAMNet's own windows of 96 frames, so that a short sound rarely lies on an edge."""

POOLED_OFFSET = 0.01
"""Added before the logarithm of a pooled activation, which is never below zero."""

YAMNET_LICENCE = "Apache-2.0"
YAMNET_ATTRIBUTION = "YAMNet, Google, trained on AudioSet"


@dataclass(frozen=True, slots=True)
class Backbone:
    """A frozen network.

    Attributes:
        name: For people.
        data: What it was trained on.
        licence: Of its weights.
        attribution: Of its weights.
        spec: The features that it takes.
        window: The windows that it takes.
        network: From log-mel float32[n, frames, bands, 1] to features float32[n, features].
    """

    name: str
    data: str
    licence: str
    attribution: str
    spec: FeatureSpec
    window: WindowConfig
    network: keras.Model


def open_backbone(name_or_path: str) -> Backbone:
    """Returns the frozen network of a bundle, or of a file of YAMNet.

    Args:
        name_or_path: The name or the folder of a bundle, or YAMNet's .tflite file, which is
            absolute or lies under $SOUNDPOST_DATA.

    Raises:
        BundleError: There is no such bundle, or it is damaged.
        TrainingError: The file is not YAMNet, or the bundle's network cannot be read.
    """
    if name_or_path.endswith(".tflite"):
        here = Path(name_or_path)
        return _yamnet(here if here.is_file() else data_folder(name_or_path))
    return _bundle(find_bundle(name_or_path))


def pooled_features(maps: list[Any]) -> Any:  # noqa: ANN401 - tensors; Keras publishes no types
    """Returns the logarithms of mean and maximum over time and frequency of each activation.

    Args:
        maps: float32[n, frames, bands, channels] each, not below zero.

    Returns:
        float32[n, features].
    """
    pooled = [
        keras.ops.log(pooling()(hidden) + POOLED_OFFSET)
        for hidden in maps
        for pooling in (layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D)
    ]
    return layers.Concatenate()(pooled) if len(pooled) > 1 else pooled[0]


def _yamnet(path: Path) -> Backbone:
    weights = yamnet_weights(path)
    spec = FeatureSpec()
    log_mel = keras.Input((YAMNET_WINDOW.frames, spec.mel_bands, 1), name="log_mel")
    outputs = enumerate(yamnet_layers(log_mel, max(YAMNET_LAYERS)), start=1)
    maps = [hidden for number, hidden in outputs if number in YAMNET_LAYERS]
    network = keras.Model(log_mel, pooled_features(maps))
    for layer in network.layers:
        if layer.name in weights:
            layer.set_weights(weights[layer.name])
    return Backbone(
        name=f"YAMNet, layers {', '.join(map(str, YAMNET_LAYERS))}",
        data="AudioSet",
        licence=YAMNET_LICENCE,
        attribution=YAMNET_ATTRIBUTION,
        spec=spec,
        window=YAMNET_WINDOW,
        network=network,
    )


def _bundle(folder: Path) -> Backbone:
    bundle = load_bundle(folder)
    manifest = bundle.manifest
    graph = read_graph(bundle.model, f"the network of {manifest.id}")
    whole = dequantised_network(graph, f"the network of {manifest.id}")
    if not whole.blocks:
        raise TrainingError(
            f"the network of {manifest.id} has no activation over time and frequency",
            hint="choose a bundle of a convolutional network",
        )
    return Backbone(
        name=f"{manifest.id} {manifest.version}",
        data=manifest.training.data,
        licence=manifest.training.licence,
        attribution=manifest.training.attribution,
        spec=manifest.input.features,
        window=WindowConfig(
            frames=manifest.input.window_frames, stride_frames=manifest.input.stride_frames
        ),
        network=keras.Model(whole.network.input, pooled_features(whole.blocks[-1:])),
    )
