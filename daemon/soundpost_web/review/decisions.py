"""The verdicts of a form on events, and the files of their clips."""

import hashlib
from collections.abc import Sequence

from soundpost.evidence.store.files import SOUND
from soundpost.review import Decision, ReviewedEvent, Verdict


def sibling(reviewed: ReviewedEvent, suffix: str) -> str:
    """Returns the name of another file of the clip of an event."""
    return f"{reviewed.event.place.file.removesuffix(SOUND)}{suffix}"


def decisions_on(
    events: Sequence[tuple[str, str]], verdict: Verdict | None, label: str
) -> list[Decision]:
    """Returns a verdict on each event, which is given by its id and its label."""
    if verdict is not None:
        return [Decision(event_id, verdict) for event_id, _ in events]
    return [
        Decision(event_id, Verdict.RIGHT)
        if own == label
        else Decision(event_id, Verdict.RELABELLED, label)
        for event_id, own in events
    ]


def seed_of(reviewer: str) -> int:
    """Returns the seed of the random order of a person."""
    return int.from_bytes(hashlib.sha256(reviewer.encode(errors="replace")).digest()[:4])
