"""What is so now, told to whoever asks the broker: only the latest counts, so nothing queues."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from soundpost.events import ANY, State
from soundpost.messages.payload import DetectionMessage
from soundpost.messages.settings import SettingsMessage

ON = b"ON"
OFF = b"OFF"


@dataclass(frozen=True, slots=True)
class TopicState:
    """A payload for a topic below the node's, which the broker is to keep if it is lasting."""

    topic: str
    payload: bytes
    is_retained: bool = True


class StateTopics:
    """Payloads by topic, each told when it changes, and all that last to a broker that is new.

    The pipeline's thread sets them, the courier's takes them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: dict[str, TopicState] = {}
        self._untold: dict[str, TopicState] = {}

    def set(self, leaf: str, payload: bytes) -> None:
        """So it is now, on this topic below the node's."""
        reading = TopicState(leaf, payload)
        with self._lock:
            if self._now.get(leaf) != reading:
                self._now[leaf] = self._untold[leaf] = reading

    def set_transient(self, leaf: str, payload: bytes) -> None:
        """So it was a moment ago: told once, in place of one that was not, and kept by nobody."""
        with self._lock:
            self._untold[leaf] = TopicState(leaf, payload, is_retained=False)

    def resend_all(self) -> None:
        """Let all that last be told again, to one who may not know them."""
        with self._lock:
            self._untold = dict(self._now)

    def pop_pending(self) -> list[TopicState]:
        """What is to be told now."""
        with self._lock:
            untold, self._untold = self._untold, {}
        return list(untold.values())


class SoundStates:
    """Which labels are heard now, as `sound/<label>`, and whether any is, as `sound/any`.

    All are off at first: a run that was killed may have left some on.

    Args:
        labels: The labels that are listened for.
        state_topics: Where it is told.
    """

    def __init__(self, labels: Iterable[str], state_topics: StateTopics) -> None:
        self._state_topics = state_topics
        self._heard: set[str] = set()
        for label in (*labels, ANY):
            state_topics.set(f"sound/{label}", OFF)

    def update(self, message: DetectionMessage) -> None:
        """Take note of a state: on from `started`, off from `ended` or `retracted`."""
        if message.state in {State.ENDED, State.RETRACTED}:
            self._heard.discard(message.label)
        else:
            self._heard.add(message.label)
        if message.label != ANY:  # an event of its own (decide.any), or of any other
            self._set(message.label, is_on=message.label in self._heard)
        self._set(ANY, is_on=bool(self._heard))

    def _set(self, label: str, *, is_on: bool) -> None:
        self._state_topics.set(f"sound/{label}", ON if is_on else OFF)


def set_settings(settings: SettingsMessage, topics: StateTopics) -> None:
    """Publishes the live settings, retained, on `settings` below the node's topic."""
    topics.set("settings", msgspec.json.encode(settings))
