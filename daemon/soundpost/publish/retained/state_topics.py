"""State topics, retained but for `level`: only the latest value of each is published."""

import threading
from collections.abc import Collection, Iterable, Mapping

import msgspec

from soundpost.events import ANY, State, SummaryState
from soundpost.messages.payload import DetectionMessage
from soundpost.messages.settings import SettingsMessage
from soundpost.messages.summary import SummaryMessage

SOUND, GROUP = "sound", "group"
"""The levels of topics that are `ON` while a label, or any label of a group, is detected."""
ACOUSTICS = "acoustics"
"""The topic of the acoustic figures of the last minute."""
ON = b"ON"
OFF = b"OFF"


class TopicState(msgspec.Struct, frozen=True):
    """A payload for a topic.

    Attributes:
        topic: The topic below the node's base topic.
        payload: The value.
        is_retained: True if the broker shall send it to later subscribers too.
        qos: 1, or 0 for a value that may be lost.
    """

    topic: str
    payload: bytes
    is_retained: bool = True
    qos: int = 1


class StateTopics:
    """Holds the value of each topic until it is published; after a reconnect all are sent again.

    With every health report all are renewed: the broker drops those of a node that is gone. The
    pipeline's thread sets values, the client's thread publishes them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: dict[str, TopicState] = {}
        self._pending: dict[str, TopicState] = {}
        self._renewals: list[str] = []
        self._live: TopicState | None = None

    def set(self, topic: str, payload: bytes) -> None:
        """Queues a retained value when it changes."""
        state = TopicState(topic, payload)
        with self._lock:
            if self._current.get(topic) != state:
                self._current[topic] = self._pending[topic] = state

    def set_transient(self, topic: str, payload: bytes) -> None:
        """Queues a value to be sent once, not retained; replaces an older one that waits."""
        with self._lock:
            self._pending[topic] = TopicState(topic, payload, is_retained=False)

    def set_live(self, topic: str, payload: bytes) -> None:
        """Queues a value with QoS 0, behind everything else; it replaces one that waits."""
        with self._lock:
            self._live = TopicState(topic, payload, is_retained=False, qos=0)

    def pop_live(self) -> TopicState | None:
        """Removes and returns the value that is sent behind everything else; None without one."""
        with self._lock:
            live, self._live = self._live, None
        return live

    def clear(self, topic: str) -> None:
        """Queues the removal of a retained value from the broker, by an empty message."""
        with self._lock:
            self._current.pop(topic, None)
            self._renewals = [renewed for renewed in self._renewals if renewed != topic]
            self._pending[topic] = TopicState(topic, b"")

    def resend_all(self) -> None:
        """Queues every retained value again, after a reconnect."""
        with self._lock:
            self._pending, self._live = dict(self._current), None

    def renew_all(self) -> None:
        """Makes `pop_renewal` return every retained value, before the broker drops it."""
        with self._lock:
            if not self._renewals:  # on a slow connection the last round goes on
                self._renewals = list(self._current)

    def pop_renewal(self) -> TopicState | None:
        """Returns the next value that is to be published again; None if there is none."""
        with self._lock:
            return self._current[self._renewals.pop()] if self._renewals else None

    def pop_pending(self) -> list[TopicState]:
        """Removes and returns the values to be published."""
        with self._lock:
            pending, self._pending = self._pending, {}
        return list(pending.values())


class SoundStates:
    """Sets the state of each sound: `sound/<label>`, `group/<group>`, and `sound/any` for all.

    All are OFF at first, because a run that was killed may have left some ON.

    Args:
        labels: The labels that are detected.
        groups: The labels of each group.
        state_topics: The topics to set.
        own: The labels that have a topic of their own; None for all.
    """

    def __init__(
        self,
        labels: Iterable[str],
        groups: Mapping[str, Collection[str]],
        state_topics: StateTopics,
        own: Collection[str] | None = None,
    ) -> None:
        self._state_topics = state_topics
        self._open: dict[str, str] = {}
        self._lasting: set[tuple[str, str]] = set()
        self._labels = dict.fromkeys((*labels, ANY))
        # `sound/any` follows all labels, with or without events of its own (decide.any).
        self._own = frozenset(self._labels if own is None else own) - {ANY}
        self._groups = groups
        topic_labels = [label for label in self._labels if label in self._own]
        for topic in sound_topics((*topic_labels, ANY), groups):
            state_topics.set(topic, OFF)

    def update(self, message: DetectionMessage) -> None:
        """Switches a label ON with `started`, and OFF with `ended` or `retracted`.

        A label without a topic of its own still switches its groups, and `sound/any`. A label that
        several models have is ON while any of its events is open. A label of an earlier
        configuration, whose event that run left open, switches nothing.
        """
        if message.label not in self._labels:
            return
        if message.state in {State.ENDED, State.RETRACTED}:
            self._open.pop(message.id, None)
        else:
            self._open[message.id] = message.label
        self._show(message.label)

    def update_lasting(self, message: SummaryMessage) -> None:
        """Keeps a label ON from its first summary to its last, whatever its events do meanwhile."""
        if message.label not in self._labels:
            return
        if message.state is SummaryState.OVER:
            self._lasting.discard((message.model.id, message.label))
        else:
            self._lasting.add((message.model.id, message.label))
        self._show(message.label)

    def _show(self, label: str) -> None:
        """Sets the topics that depend on a label."""
        active = {*self._open.values(), *(lasting for _, lasting in self._lasting)}
        if label in self._own:
            self._set(f"{SOUND}/{label}", is_on=label in active)
        for group, labels in self._groups.items():
            if label in labels:
                self._set(f"{GROUP}/{group}", is_on=not active.isdisjoint(labels))
        self._set(f"{SOUND}/{ANY}", is_on=bool(active))

    def _set(self, topic: str, *, is_on: bool) -> None:
        self._state_topics.set(topic, ON if is_on else OFF)


def sound_topics(labels: Iterable[str], groups: Iterable[str]) -> list[str]:
    """Returns the topics of labels and groups, below the node's base topic."""
    return [f"{SOUND}/{label}" for label in labels] + [f"{GROUP}/{group}" for group in groups]


def set_settings(settings: SettingsMessage, topics: StateTopics) -> None:
    """Queues the live settings, retained, for `settings` below the node's base topic."""
    topics.set("settings", msgspec.json.encode(settings))
