"""Cuts PCM into windows, and computes log-mel: the one front end of the daemon and training."""

from soundpost.features.log_mel import LogMel
from soundpost.features.spec import FeatureSpec
from soundpost.features.waveform_windower import WaveformWindower
from soundpost.features.windower import Windower

__all__ = [
    "FeatureSpec",
    "LogMel",
    "WaveformWindower",
    "Windower",
]
