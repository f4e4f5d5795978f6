"""Networks whose frozen features a head is fitted on: a bundle's, or YAMNet's first layers."""

from dataclasses import dataclass
from pathlib import Path

import keras

from soundpost.classify import find_bundle
from soundpost.features import FeatureSpec
from soundpost.manifest import log_mel_input
from soundpost_training.dataset.paths import data_folder
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.data import NOT_STATED, WindowConfig
from soundpost_training.network.arch.head import pooled_logarithms
from soundpost_training.network.arch.yamnet import LAYERS, yamnet_layers
from soundpost_training.network.pretrained.bundle_network import open_bundle_network
from soundpost_training.network.pretrained.yamnet import yamnet_weights

YAMNET_LAYERS = (7, 8, 10)
"""Layers whose pooled activations are features. Together they are better than each alone, and than
YAMNet's own embedding; see docs/adr/0037."""

YAMNET_WINDOW = WindowConfig(frames=197, stride_frames=48)
"""Two of YAMNet's own windows of 96 frames, so that a short sound rarely lies on an edge."""

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
            absolute or lies under $SOUNDPOST_DATA; behind an @ its layers, such as @7,8,10.

    Raises:
        BundleError: There is no such bundle, or it is damaged.
        TrainingError: The file is not YAMNet, or the bundle's network cannot be read.
    """
    file, _, stated = name_or_path.partition("@")
    if file.endswith(".tflite"):
        here = Path(file)
        taps = _taps(stated) if stated else YAMNET_LAYERS
        return _yamnet(here if here.is_file() else data_folder(file), taps)
    return _bundle(find_bundle(name_or_path))


def _taps(text: str) -> tuple[int, ...]:
    """Returns the layers in a text such as 7,8,10, ascending.

    Raises:
        ExperimentError: It has anything else.
    """
    numbers = text.split(",")
    taps = {int(number) for number in numbers if number.isdecimal()}
    if len(taps) != len(numbers) or not taps <= set(range(1, LAYERS + 1)):
        raise ExperimentError(
            f"expected layers of YAMNet with commas, got @{text}",
            hint=f"give numbers from 1 to {LAYERS}, each once, such as @7,8,10",
        )
    return tuple(sorted(taps))


def _yamnet(path: Path, taps: tuple[int, ...]) -> Backbone:
    weights = yamnet_weights(path)
    spec = FeatureSpec()
    log_mel = keras.Input((YAMNET_WINDOW.frames, spec.mel_bands, 1), name="log_mel")
    outputs = enumerate(yamnet_layers(log_mel, max(taps)), start=1)
    maps = [hidden for number, hidden in outputs if number in taps]
    network = keras.Model(log_mel, pooled_logarithms(maps))
    for layer in network.layers:
        if layer.name in weights:
            layer.set_weights(weights[layer.name])
    return Backbone(
        name=f"YAMNet, layers {', '.join(map(str, taps))}",
        data="AudioSet",
        licence=YAMNET_LICENCE,
        attribution=YAMNET_ATTRIBUTION,
        spec=spec,
        window=YAMNET_WINDOW,
        network=network,
    )


def _bundle(folder: Path) -> Backbone:
    manifest, whole = open_bundle_network(folder)
    model_input = log_mel_input(manifest, "a backbone")
    return Backbone(
        name=f"{manifest.id} {manifest.version}",
        data=manifest.training.data or NOT_STATED,
        licence=manifest.training.licence or NOT_STATED,
        attribution=manifest.training.attribution or NOT_STATED,
        spec=model_input.features,
        window=WindowConfig(
            frames=model_input.window_frames, stride_frames=model_input.stride_frames
        ),
        network=keras.Model(whole.network.input, pooled_logarithms(whole.blocks[-1:])),
    )
