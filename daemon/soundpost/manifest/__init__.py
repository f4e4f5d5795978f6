"""The manifest of a model: the contract from which the daemon builds its stages."""

from soundpost.manifest.input import LogMelInput, ModelInput, Tensor, WaveformInput
from soundpost.manifest.label import Label, OffReason, common_names, groups_of, minimum_daemon
from soundpost.manifest.log_mel import log_mel_input
from soundpost.manifest.read import read_manifest
from soundpost.manifest.schema import (
    CARD_FILE,
    GOLDEN_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    ONNX_FILE,
    RANGE_FILE,
    Artifact,
    Embedding,
    Manifest,
    Metric,
    Output,
    RangeModel,
    Training,
    oldest_daemon,
)
from soundpost.manifest.streaming import Streaming
from soundpost.manifest.types import BundleId, LabelName, Version

__all__ = [
    "CARD_FILE",
    "GOLDEN_FILE",
    "MANIFEST_FILE",
    "MODEL_FILE",
    "ONNX_FILE",
    "RANGE_FILE",
    "Artifact",
    "BundleId",
    "Embedding",
    "Label",
    "LabelName",
    "LogMelInput",
    "Manifest",
    "Metric",
    "ModelInput",
    "OffReason",
    "Output",
    "RangeModel",
    "Streaming",
    "Tensor",
    "Training",
    "Version",
    "WaveformInput",
    "common_names",
    "groups_of",
    "log_mel_input",
    "minimum_daemon",
    "oldest_daemon",
    "read_manifest",
]
