"""Computes scores from log-mel windows: finds a bundle, verifies it and runs its model."""

from soundpost.classify.bundle import Bundle, find_bundle, load_bundle
from soundpost.classify.classifier import Classifier
from soundpost.classify.golden import GoldenReport, GoldenVectors, read_golden, replay_golden

__all__ = [
    "Bundle",
    "Classifier",
    "GoldenReport",
    "GoldenVectors",
    "find_bundle",
    "load_bundle",
    "read_golden",
    "replay_golden",
]
