"""The content of a message to a person, the same for all targets."""

import hashlib
from typing import Literal

import msgspec

Kind = Literal["event", "retracted", "silent", "deaf", "back", "test"]
"""An event, its retraction, a node that falls silent or deaf or is back, or a trial."""

_KEY_DIGITS = 32


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """A message; text that came over MQTT is printable and of bounded length.

    Attributes:
        kind: The reason of the message.
        rule: The name of the rule.
        node: `<node>` or `<node>/<source>`.
        title: A line.
        text: Some lines.
        time: The time to which it belongs, RFC 3339 in UTC.
        local_time: The same in the zone of the node, for people.
        event: The id of the event; of a node, its state and when it began.
        state: The state of the event.
        label: The label of the sound.
        common_name: The name that people use, if any.
        scientific_name: The name of the species in Latin, if any.
        score: The peak of the smoothed score so far.
        level_dbfs: The level of its loudest window.
        late: True if the event is older than the rule's `late_minutes`.
        test: True for a self-test of a node.
        link: An address of the page; empty without one.
        problems: The problems of a deaf node.
        clip: The file name of the clip, if the event has one.
        attach: The files that the rule attaches: `picture`, `clip`.
    """

    kind: Kind
    rule: str
    node: str
    title: str
    text: str
    time: str
    local_time: str
    event: str = ""
    state: str = ""
    label: str = ""
    common_name: str = ""
    scientific_name: str = ""
    score: float | None = None
    level_dbfs: float | None = None
    late: bool = False
    test: bool = False
    link: str = ""
    problems: list[str] = []
    clip: str = ""
    attach: list[str] = []

    def key(self, target: str) -> str:
        """Returns the identity of its delivery to a target, the same at every attempt."""
        return _digest(self.rule, self.node, self.event, target, self.kind)

    def thread(self, target: str) -> str:
        """Returns the identity of all deliveries about one event, its retraction included."""
        return _digest(self.rule, self.node, self.event, target)

    def with_lines(self, lines: list[str]) -> "Content":
        """Returns the message with more lines at its end."""
        if not lines:
            return self
        return msgspec.structs.replace(self, text="\n".join([self.text, *lines]))


def _digest(*parts: str) -> str:
    # Lengths keep parts apart that contain the separator.
    text = "\n".join(f"{len(part)} {part}" for part in parts)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:_KEY_DIGITS]
