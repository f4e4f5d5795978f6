"""The network of a bundle in float, to start training from or to take features of."""

from collections.abc import Sequence
from pathlib import Path

import keras
from keras import layers

from soundpost.classify import load_bundle
from soundpost.manifest import Manifest, log_mel_input
from soundpost_training.errors import TrainingError
from soundpost_training.network.arch.head import pooled_logarithms
from soundpost_training.network.arch.layer_names import LOGITS
from soundpost_training.network.pretrained.tflite_graph import read_graph
from soundpost_training.network.pretrained.tflite_network import Dequantised, dequantised_network


def open_bundle_network(folder: Path) -> tuple[Manifest, Dequantised]:
    """Returns the manifest of a bundle and its network, dequantised.

    Raises:
        BundleError: The bundle is damaged, or takes a waveform.
        TrainingError: It is not a convolutional network on log-mel.
    """
    bundle = load_bundle(folder)
    log_mel_input(bundle.manifest, "a network to start from")
    name = f"the network of {bundle.manifest.id}"
    whole = dequantised_network(read_graph(bundle.model, name), name)
    if not whole.blocks:
        raise TrainingError(
            f"{name} has no activation over time and frequency",
            hint="choose a bundle of a convolutional network",
        )
    return bundle.manifest, whole


def network_from_bundle(folder: Path, labels: Sequence[str], dropout: float) -> keras.Model:
    """Returns a network that begins with the weights of a bundle.

    It maps log-mel float32[n, frames, bands, 1] to logits float32[n, labels]. With the bundle's
    own labels it is the bundle's network; with others its body, and a new last layer of zeros on
    the logarithms of the pooled activations.

    Args:
        folder: Of the bundle.
        labels: To be trained, in the order of the logits.
        dropout: Share of the pooled values that training drops.

    Raises:
        BundleError: The bundle is damaged.
        TrainingError: It is not a convolutional network on log-mel.
    """
    manifest, whole = open_bundle_network(folder)
    if list(labels) == manifest.label_names:
        return whole.network
    pooled = layers.Dropout(dropout)(pooled_logarithms(whole.blocks[-1:]))
    last = layers.Dense(len(labels), kernel_initializer="zeros", name=LOGITS)
    return keras.Model(whole.network.input, last(pooled))
