"""Monitors the microphone: raises and clears its problems."""

from soundpost.monitor.monitor import MicrophoneMonitor

__all__ = [
    "MicrophoneMonitor",
]
