"""Reads sound from a microphone or a file, as chunks at the model's rate."""

from soundpost.capture.array_source import ArraySource
from soundpost.capture.file_source import FileSource
from soundpost.capture.microphone.devices import Device
from soundpost.capture.microphone.mic import MicSource
from soundpost.capture.microphone.portaudio import list_devices
from soundpost.capture.microphone.reconnect import ReconnectingMic
from soundpost.capture.probe import Probe, probe
from soundpost.capture.source import FileSpec, MicSpec, Source, parse_source

__all__ = [
    "ArraySource",
    "Device",
    "FileSource",
    "FileSpec",
    "MicSource",
    "MicSpec",
    "Probe",
    "ReconnectingMic",
    "Source",
    "list_devices",
    "parse_source",
    "probe",
]
