"""The manifest of a model: the contract from which the daemon builds its stages."""

from soundpost.manifest.label import Label, OffReason, groups_of, minimum_daemon
from soundpost.manifest.read import read_manifest
from soundpost.manifest.schema import (
    CARD_FILE,
    GOLDEN_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    Artifact,
    LogMelInput,
    Manifest,
    Metric,
    Output,
    Tensor,
    Training,
)
from soundpost.manifest.types import BundleId, LabelName, Version

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
    "OffReason",
    "Output",
    "Tensor",
    "Training",
    "Version",
    "groups_of",
    "minimum_daemon",
    "read_manifest",
]
