"""An event in the words and the zone in which it is shown."""

import hashlib
from typing import NamedTuple

from soundpost_web.clips.folders import clip_stem
from soundpost_web.history.event import Event
from soundpost_web.history.message import Rank
from soundpost_web.nodes.latest_events import EventKey
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.render import query
from soundpost_web.settings.zones import Zones, from_ms

_MINUTE_SECONDS = 60.0
_MINUTES_PER_HOUR = 60
_STATES = {
    Rank.STARTED: "started",
    Rank.CONFIRMED: "confirmed",
    Rank.ENDED: "ended",
    Rank.RETRACTED: "retracted",
}


class EventView(NamedTuple):
    """An event as a template shows it; texts are not escaped yet.

    Attributes:
        anchor: The id of its element.
        event: The event.
        time: Its begin, or the time of its reception, in the zone of its node.
        instant: The same in UTC, for machines.
        zone: The zone of its node, if it is not that of the page; else empty.
        position: For an event of a recording, its place in it; else empty.
        state: The name of its state: `started`, `confirmed`, `ended`, `retracted` or
            `unfinished`.
        state_text: The state in words.
        length: Its length in words; empty while it lasts.
        score: Its score.
        level: Its level in words.
        is_clock_wrong: True if the time may be wrong.
        clip_address: The address of the page of its clip; empty if it has none.
    """

    anchor: str
    event: Event
    time: str
    instant: str
    zone: str
    position: str
    state: str
    state_text: str
    length: str
    score: str
    level: str
    is_clock_wrong: bool
    clip_address: str


def view_event(event: Event, zones: Zones, text: Catalogue, running: set[EventKey]) -> EventView:
    """Returns what is shown of an event.

    Args:
        event: The event.
        zones: The zones of nodes.
        text: The texts.
        running: The events that last; another open event has an end that is not known.
    """
    zone = zones.of(event.node)
    is_unfinished = event.is_open and (event.node, event.id) not in running
    state = "unfinished" if is_unfinished else _STATES[event.rank]
    position = ""
    if event.clock == "file":
        position = text("event.file", position=clock_length(event.onset_ms / 1_000.0))
    return EventView(
        anchor=anchor("event", event.node, event.id),
        event=event,
        time=zones.local(event.node, event.at_ms).strftime("%Y-%m-%d %H:%M:%S"),
        instant=from_ms(event.at_ms).isoformat(timespec="milliseconds"),
        zone="" if zone.key == zones.page.key else zone.key,
        position=position,
        state=state,
        state_text=text(f"event.{state}"),
        length="" if event.seconds is None else length(event.seconds, text),
        score=f"{event.score:.2f}",
        level=text("event.level", level=signed(event.level_dbfs)),
        is_clock_wrong=event.clock == "untrusted",
        clip_address=clip_address(event.node, event.clip),
    )


def clip_address(node: str, clip: str | None) -> str:
    """Returns the address of the page of a clip; empty for a name that no node gives a clip."""
    is_clip = clip is not None and clip_stem(clip) is not None
    return f"/clip?{query(node=node, name=clip)}" if is_clip else ""


def anchor(kind: str, *names: str) -> str:
    """Returns the id of an element, which no name from outside can choose."""
    digest = hashlib.sha256("\n".join(names).encode(errors="replace")).hexdigest()
    return f"{kind}-{digest[:16]}"


def length(seconds: float, text: Catalogue) -> str:
    """Returns a length in words."""
    if seconds < _MINUTE_SECONDS:
        return text("event.seconds", seconds=f"{seconds:.1f}")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < _MINUTES_PER_HOUR:
        return text("event.minutes", minutes=minutes, seconds=rest)
    hours, minutes = divmod(minutes, _MINUTES_PER_HOUR)
    return text("event.hours", hours=hours, minutes=minutes)


def signed(level_dbfs: float) -> str:
    """Returns a level as a whole number with a minus sign, not a hyphen."""
    return f"{level_dbfs:.0f}".replace("-", "\N{MINUS SIGN}")


def clock_length(seconds: float) -> str:
    """Returns a position in a recording: `0:12`, `1:02:03`."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
