"""Finds when a recording was made: its name, its metadata, and the rules between them."""

from soundpost.archive.times.recording_time import RecordingTime, recording_time

__all__ = ["RecordingTime", "recording_time"]
