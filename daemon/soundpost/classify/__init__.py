"""From log-mel windows to scores: finding a bundle, verifying it, running its model."""

from soundpost.classify.bundle import Bundle, find_bundle, load_bundle
from soundpost.classify.classifier import Classifier
from soundpost.classify.golden import GoldenReport, replay_golden

__all__ = ["Bundle", "Classifier", "GoldenReport", "find_bundle", "load_bundle", "replay_golden"]
