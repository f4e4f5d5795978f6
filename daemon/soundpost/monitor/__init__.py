"""Monitors the microphone: raises and clears its problems."""

from soundpost.monitor.monitor import MESSAGES, MicrophoneMonitor
from soundpost.monitor.recording import problems_of_recording

__all__ = [
    "MESSAGES",
    "MicrophoneMonitor",
    "problems_of_recording",
]
