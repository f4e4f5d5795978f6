"""Stores clips of events: sound, spectrogram and message."""

from soundpost.evidence.evidence import Evidence, NoEvidence
from soundpost.evidence.factory import RecordedModel, build_recorder, picture_spec
from soundpost.evidence.on_demand import NoClipReason, Request

__all__ = [
    "Evidence",
    "NoClipReason",
    "NoEvidence",
    "RecordedModel",
    "Request",
    "build_recorder",
    "picture_spec",
]
