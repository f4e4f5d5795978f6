"""Parts of the notifier for its tests: a queue, rules, and messages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from soundpost_notify.compose.event_text import EventComposer
from soundpost_notify.deliver.outcome import Attachment, Message
from soundpost_notify.queue.content import Content
from soundpost_notify.queue.file import QueueFile
from soundpost_notify.queue.history import Entry, read_history
from soundpost_notify.queue.queue import MessageQueue
from soundpost_notify.rules.event_rules import EventRules
from soundpost_notify.rules.rule import Rule
from soundpost_notify.settings import RuleConfig
from soundpost_web.history.message import EventMessage
from soundpost_web.settings.zones import Zones

ZONES = Zones("Europe/Berlin", {"lodge": "Africa/Nairobi"})


class OpenQueue(MessageQueue):
    """A queue with a clock that a test sets.

    Args:
        path: Its file.

    Attributes:
        seconds: The wall clock.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seconds = 1_800_000_000.0
        self.file = QueueFile(path)
        self.file.open()
        super().__init__(self.file, now_seconds=lambda: self.seconds)

    def entries(self) -> list[Entry]:
        """Returns all messages with their results."""
        return list(read_history(self.path, 10_000))

    def states(self) -> list[str]:
        """Returns the states of all messages."""
        return [entry.state for entry in self.entries()]

    def put(self, *contents: Content, target: str = "phone") -> None:
        """Adds messages for a target."""
        with self.transaction() as connection:
            for each in contents:
                self.add(connection, each, target)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[OpenQueue]:
    """Provides an empty queue."""
    opened = OpenQueue(tmp_path / "queue.db")
    yield opened
    opened.file.close()


def rule(name: str = "gate", known: dict[str, list[str]] | None = None, **keys: Any) -> Rule:  # noqa: ANN401 - as in TOML
    """Returns a rule for the target `phone`; other keys are those of its table."""
    config = msgspec.convert({"targets": ["phone"], "name": name} | keys, RuleConfig)
    return Rule.of(1, config, known or {}, None)


def event_rules(queue: MessageQueue, *rules: Rule, page: str | None = None) -> EventRules:
    """Returns the rules about sounds."""
    return EventRules(rules, queue, EventComposer(ZONES, page), ZONES)


def decide(
    queue: MessageQueue, rules: EventRules, *messages: EventMessage, is_test: bool = False
) -> None:
    """Decides on messages, each in a transaction of its own."""
    for message in messages:
        with queue.transaction() as connection:
            rules.decide(connection, message, is_test=is_test)


def content(number: int = 1, **fields: Any) -> Content:  # noqa: ANN401 - the fields of a test
    """Returns a message about a dog."""
    message = Content(
        kind="event",
        rule="gate",
        node="gate",
        title="dog at gate",
        text="dog, score 0.90",
        time="2026-11-20T12:00:00.000Z",
        local_time="20 Nov 2026 13:00:00 CET",
        event=f"event-{number}",
        label="dog",
        score=0.9,
    )
    return msgspec.structs.replace(message, **fields)


def message(*attachments: Attachment, **fields: Any) -> Message:  # noqa: ANN401 - the fields of a test
    """Returns a message as a target gets it."""
    about = content(**fields)
    return Message(about, about.key("phone"), about.thread("phone"), "phone", attachments)
