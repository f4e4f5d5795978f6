"""Reads sound from a microphone, a stream, a pipe or a file, as chunks at the capture rate."""

from soundpost.capture.array_source import ArraySource
from soundpost.capture.beginning import BeginningSource
from soundpost.capture.build import build_source
from soundpost.capture.file_source import FileSource
from soundpost.capture.joined import JoinedSource
from soundpost.capture.microphone.devices import Device
from soundpost.capture.microphone.mic import MicSource
from soundpost.capture.microphone.portaudio import list_devices
from soundpost.capture.microphone.reconnect import ReconnectingMic
from soundpost.capture.probe import Probe, probe, probe_source
from soundpost.capture.source import (
    FileSpec,
    MicSpec,
    PcmSpec,
    QueuedSource,
    Source,
    describe_source,
    parse_source,
)

__all__ = [
    "ArraySource",
    "BeginningSource",
    "Device",
    "FileSource",
    "FileSpec",
    "JoinedSource",
    "MicSource",
    "MicSpec",
    "PcmSpec",
    "Probe",
    "QueuedSource",
    "ReconnectingMic",
    "Source",
    "build_source",
    "describe_source",
    "list_devices",
    "parse_source",
    "probe",
    "probe_source",
]
