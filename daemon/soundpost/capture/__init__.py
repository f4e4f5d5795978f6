"""Where sound comes from: a microphone or a file, as chunks at the model's rate."""

from soundpost.capture.devices import Device
from soundpost.capture.memory import MemorySource
from soundpost.capture.mic import MicSource, list_devices
from soundpost.capture.probe import Probe, probe
from soundpost.capture.reopening import ReopeningMic
from soundpost.capture.source import Microphone, Recording, Source, parse_source
from soundpost.capture.wav import WavSource

__all__ = [
    "Device",
    "MemorySource",
    "MicSource",
    "Microphone",
    "Probe",
    "Recording",
    "ReopeningMic",
    "Source",
    "WavSource",
    "list_devices",
    "parse_source",
    "probe",
]
