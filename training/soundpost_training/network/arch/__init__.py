"""The networks that an experiment may choose from, each from log-mel to logits."""

from soundpost_training.network.arch.head import LOGITS
from soundpost_training.network.arch.mobilenet_v2 import build_mobilenet_v2
from soundpost_training.network.arch.residual import TAIL, build_residual
from soundpost_training.network.arch.separable import build_separable
from soundpost_training.network.arch.stem import fold_into_stem
from soundpost_training.network.arch.yamnet import build_yamnet

__all__ = [
    "LOGITS",
    "TAIL",
    "build_mobilenet_v2",
    "build_residual",
    "build_separable",
    "build_yamnet",
    "fold_into_stem",
]
