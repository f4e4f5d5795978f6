"""What was heard of an event, kept: sound, picture and message."""

from soundpost.evidence.evidence import Evidence, NoEvidence, build_evidence
from soundpost.evidence.on_demand import NoClipReason, Request

__all__ = [
    "Evidence",
    "NoClipReason",
    "NoEvidence",
    "Request",
    "build_evidence",
]
