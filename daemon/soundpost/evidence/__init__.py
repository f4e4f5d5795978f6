"""What was heard of an event, kept: sound, picture and message."""

from soundpost.evidence.evidence import Evidence, NoEvidence, make_evidence

__all__ = ["Evidence", "NoEvidence", "make_evidence"]
