"""Measures a foreign model with silence, hum and noise, and sets thresholds above them."""

from soundpost.importer.noise.measure import NoiseScores, Progress, measure_noises
from soundpost.importer.noise.noises import NOISES, Noise
from soundpost.importer.noise.thresholds import LabelThreshold, label_thresholds

__all__ = [
    "NOISES",
    "LabelThreshold",
    "Noise",
    "NoiseScores",
    "Progress",
    "label_thresholds",
    "measure_noises",
]
