"""Computes scores from log-mel windows: finds a bundle, verifies it and runs its model."""

from soundpost.classify.bundle import Bundle, load_bundle
from soundpost.classify.classifier import Classifier
from soundpost.classify.find import find_bundle, installed_bundles
from soundpost.classify.golden import (
    GoldenReport,
    GoldenVectors,
    read_golden,
    replay_golden,
    require_equal_parts,
)

__all__ = [
    "Bundle",
    "Classifier",
    "GoldenReport",
    "GoldenVectors",
    "find_bundle",
    "installed_bundles",
    "load_bundle",
    "read_golden",
    "replay_golden",
    "require_equal_parts",
]
