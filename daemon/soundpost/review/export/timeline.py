"""Places events on the time of their recording, to find overlaps and groups."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from soundpost.review.event import OriginKind, ReviewedEvent
from soundpost.review.sound import stretch_of
from soundpost.system.clock import rfc3339
from soundpost.system.units import NANOSECONDS_PER_MILLISECOND

_GROUP_MS = 600_000
_GROUP_CHARACTERS = len("2026-11-18T11:10")
_HASH_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Placed:
    """An event on the time of its recording, in milliseconds.

    Attributes:
        reviewed: The event.
        recording: The name of its recording: of an archive, the file; of a node, the node, whose
            clips are stretches of one sound.
        begin_ms: The onset.
        end_ms: The offset.
        cut_begin_ms: The start of the sound that is exported.
        cut_end_ms: The end of it.
    """

    reviewed: ReviewedEvent
    recording: str
    begin_ms: float
    end_ms: float
    cut_begin_ms: float
    cut_end_ms: float


def place(reviewed: ReviewedEvent) -> Placed:
    """Returns an event on the time of its recording."""
    event, origin = reviewed.event, reviewed.origin
    if origin.kind is OriginKind.ARCHIVE:
        recording, start_ms = f"{origin.number}/{event.place.file}", 0
    else:
        recording, start_ms = f"node {event.node}", event.place.start_utc_ms or 0
    cut = stretch_of(reviewed)
    longest = cut.end_seconds if event.place.seconds is None else event.place.seconds
    return Placed(
        reviewed,
        recording,
        start_ms + 1_000 * event.place.begin_seconds,
        start_ms + 1_000 * event.place.end_seconds,
        start_ms + 1_000 * cut.begin_seconds,
        start_ms + 1_000 * min(cut.end_seconds, longest),
    )


class Timeline:
    """Events by their recordings, to find those that sound at once.

    Args:
        events: The events.
    """

    def __init__(self, events: Iterable[ReviewedEvent]) -> None:
        self._by_recording: defaultdict[str, list[Placed]] = defaultdict(list)
        for event in events:
            placed = place(event)
            self._by_recording[placed.recording].append(placed)
        for recording in self._by_recording.values():
            recording.sort(key=lambda placed: placed.begin_ms)

    def overlapping(self, wanted: Placed) -> Iterator[Placed]:
        """Yields the other events that sound within the sound that is exported for an event."""
        for other in self._by_recording[wanted.recording]:
            if other.begin_ms > wanted.cut_end_ms:
                return
            is_other = other.reviewed.event.id != wanted.reviewed.event.id
            if is_other and other.end_ms >= wanted.cut_begin_ms:
                yield other


def group_names(events: Sequence[Placed]) -> list[str]:
    """Returns the group of each event; training keeps a group in one fold.

    A recording of an archive is a group. The clips of a node are grouped by ten minutes, because
    an animal or a machine that sounds again within them is most likely the same one; clips that
    overlap are always one group.
    """
    groups = [""] * len(events)
    keys = [(placed.recording, placed.cut_begin_ms) for placed in events]
    order = sorted(range(len(events)), key=keys.__getitem__)
    recording, group, end_ms = "", "", float("-inf")
    for at in order:
        placed = events[at]
        if placed.reviewed.origin.kind is OriginKind.ARCHIVE:
            groups[at] = _named(placed.recording)
            continue
        if placed.recording != recording or placed.cut_begin_ms >= end_ms:
            first_ms = int(placed.cut_begin_ms) // _GROUP_MS * _GROUP_MS
            first = rfc3339(first_ms * NANOSECONDS_PER_MILLISECOND)[:_GROUP_CHARACTERS]
            group = _named(f"{placed.recording} {first}")
            recording, end_ms = placed.recording, placed.cut_end_ms
        end_ms = max(end_ms, placed.cut_end_ms)
        groups[at] = group
    return groups


def _named(text: str) -> str:
    """Returns a name of plain characters, which differs if the text differs."""
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_HASH_DIGITS]
    return f"{re.sub(r'[^A-Za-z0-9./_ -]', '_', text)}~{digest}"
