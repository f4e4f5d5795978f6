"""The networks that an experiment may choose from, each from log-mel to logits."""

from soundpost_training.arch.head import LOGITS
from soundpost_training.arch.mobilenet_v2 import build_mobilenet_v2
from soundpost_training.arch.residual import TAIL, build_residual
from soundpost_training.arch.separable import build_separable
from soundpost_training.arch.stem import fold_into_stem
from soundpost_training.arch.yamnet import build_yamnet

__all__ = [
    "LOGITS",
    "TAIL",
    "build_mobilenet_v2",
    "build_residual",
    "build_separable",
    "build_yamnet",
    "fold_into_stem",
]
