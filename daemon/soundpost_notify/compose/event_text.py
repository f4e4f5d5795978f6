"""The messages about an event, and about its retraction."""

from urllib.parse import urlencode

import msgspec

from soundpost.system.printable import printable
from soundpost_notify.compose.local_time import local_text, utc_text
from soundpost_notify.queue.content import Content
from soundpost_web.history.event import Event
from soundpost_web.history.message import EventMessage
from soundpost_web.settings.zones import Zones

_LONGEST_NAME = 100
"""Characters of a name: the longest name of a bird has 60."""


class EventComposer:
    """Writes messages about events.

    What came over MQTT is cut and made printable, so that a label cannot forge a line.

    Args:
        zones: The zones of the nodes.
        page: The address of the page; None without one.
    """

    def __init__(self, zones: Zones, page: str | None) -> None:
        self._zones = zones
        self._page = page and page.rstrip("/")

    def event(
        self,
        rule: str,
        message: EventMessage,
        attach: list[str],
        *,
        is_late: bool = False,
        is_test: bool = False,
    ) -> Content:
        """Returns the message of a rule about an event."""
        lines = [f"{_names(message)}, score {message.score:.2f}", self._when(message)]
        if is_test:
            lines.append("The known sound of a self-test: nothing was detected.")
        if is_late:
            received = local_text(self._zones, message.node, message.received_ms)
            lines.append(f"Received late: {received}")
        words = [word for word, is_set in (("Test", is_test), ("Late", is_late)) if is_set]
        return Content(
            kind="event",
            rule=rule,
            node=message.node,
            title=": ".join([*words, f"{_shown(message)} at {message.node}"]),
            text="\n".join(lines),
            time=utc_text(message.at_ms),
            local_time=local_text(self._zones, message.node, message.at_ms),
            event=message.id,
            state=message.state.value,
            label=_short(message.label),
            common_name=_short(message.common_name),
            scientific_name=_short(message.scientific_name),
            score=message.score,
            level_dbfs=message.level_dbfs,
            late=is_late,
            test=is_test,
            link=self._link(message),
            clip=message.clip or "",
            attach=attach,
        )

    def retraction(self, rule: str, message: EventMessage) -> Content:
        """Returns the message of a rule about an event that its node has retracted."""
        content = self.event(rule, message, [])
        return msgspec.structs.replace(
            content,
            kind="retracted",
            title=f"Withdrawn: {content.title}",
            text=f"{self._when(message)}\nThe node has retracted this event: it was over too soon, "
            "or another sound explains it.",
        )

    def _when(self, message: EventMessage) -> str:
        when = local_text(self._zones, message.node, message.at_ms)
        seconds = Event.of(message).seconds
        length = "" if seconds is None else f", {seconds:.1f} s long"
        note = (
            " (the clock of the node is not synchronised)" if message.clock == "untrusted" else ""
        )
        return f"{when}{note}{length}"

    def _link(self, message: EventMessage) -> str:
        if self._page is None:
            return ""
        return f"{self._page}/label?{urlencode({'label': message.label, 'node': message.node})}"


def _names(message: EventMessage) -> str:
    """Returns the names of the sound, the one that people use first."""
    others = [name for name in (message.scientific_name, message.label) if name]
    first = message.common_name
    if not first:
        return ", ".join(map(_short, dict.fromkeys(others[::-1])))
    return f"{_short(first)} ({', '.join(map(_short, others))})"


def _shown(message: EventMessage) -> str:
    return _short(Event.of(message).shown)


def _short(text: str | None) -> str:
    return printable(text or "", _LONGEST_NAME)
