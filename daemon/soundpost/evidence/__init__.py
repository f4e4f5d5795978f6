"""What was heard of an event, kept: sound, picture and message."""

from soundpost.evidence.evidence import Evidence, NoEvidence, make_evidence
from soundpost.evidence.request import Request, Why

__all__ = ["Evidence", "NoEvidence", "Request", "Why", "make_evidence"]
