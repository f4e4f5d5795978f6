"""Computes log-mel windows from PCM: the one front end, shared by the daemon and training."""

from soundpost.features.log_mel import LogMel
from soundpost.features.spec import FeatureSpec
from soundpost.features.windower import Windower

__all__ = [
    "FeatureSpec",
    "LogMel",
    "Windower",
]
