"""The manifest of a model: the contract from which the daemon builds its stages."""

from soundpost.manifest.read import read_manifest
from soundpost.manifest.schema import (
    CARD_FILE,
    GOLDEN_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    Artifact,
    BundleId,
    Label,
    LabelName,
    LogMelInput,
    Manifest,
    Metric,
    Output,
    Tensor,
    Training,
    Version,
)

__all__ = [
    "CARD_FILE",
    "GOLDEN_FILE",
    "MANIFEST_FILE",
    "MODEL_FILE",
    "Artifact",
    "BundleId",
    "Label",
    "LabelName",
    "LogMelInput",
    "Manifest",
    "Metric",
    "Output",
    "Tensor",
    "Training",
    "Version",
    "read_manifest",
]
