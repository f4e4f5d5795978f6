"""Whether the microphone is well, judged by what it gives."""

from soundpost.monitor.monitor import MicrophoneMonitor

__all__ = [
    "MicrophoneMonitor",
]
