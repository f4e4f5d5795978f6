"""Weights that others trained: users may begin with them, and teachers may be made of them."""

from soundpost_training.network.pretrained.mobilenet_v2 import mobilenet_v2_weights
from soundpost_training.network.pretrained.yamnet import Weights, yamnet_weights

__all__ = [
    "Weights",
    "mobilenet_v2_weights",
    "yamnet_weights",
]
