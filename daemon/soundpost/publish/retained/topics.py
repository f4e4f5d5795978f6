"""Retained topics that a run leaves to the next one, to be cleared if they are gone."""

import logging
import threading
from collections.abc import Iterable
from functools import partial

from soundpost.mqtt.connection import Connection
from soundpost.mqtt.message import OutgoingMessage
from soundpost.publish.node.topics import topics_of_siblings
from soundpost.publish.retained.state_topics import GROUP, OFF, SOUND
from soundpost.system.log_once import LogOnce

_log = logging.getLogger("soundpost.publish")


class RetainedTopics:
    """The full topics on which the broker may hold a retained message of this node.

    A label that is excluded or gone, discovery, commands or a name that was changed leave topics
    that no later message would replace. The outbox's file holds the topics of all runs until the
    broker has cleared them. The writer's thread and the client's thread share it.

    Topics of the node's other sources are not cleared, and forgotten: a process of their own serves
    them, even if this file once belonged to it.

    Args:
        served: The topics of this run.
        base: The base topic of this run: `<prefix>/<node>`, or `<prefix>/<node>/<source>`.
        gone: Topics of sources that are gone, which no process serves.
    """

    def __init__(
        self, served: Iterable[str] = (), base: str = "", gone: Iterable[str] = ()
    ) -> None:
        self._lock = threading.Lock()
        self._served = frozenset(served)
        self._base = base
        self._obsolete = frozenset(gone) - self._served
        self._is_recovered = self._is_retired = False
        self._refusal_log = LogOnce(_log, logging.INFO, on_change=False)

    def recover(self, stored: Iterable[str]) -> None:
        """Adds the topics that earlier runs have stored; once, or those cleared would be back."""
        with self._lock:
            if not self._is_recovered:
                found = frozenset(stored)
                self._obsolete |= found - self._served - topics_of_siblings(found, self._base)
                self._is_recovered = True

    def retire(self) -> None:
        """Makes the topics of this run obsolete at its end; takes no lock, for a signal handler."""
        self._is_retired = True

    def clear_retired(self, connection: Connection) -> None:
        """Removes the retained messages of this run, after its last message, if it is retired."""
        if self._is_retired:
            with self._lock:
                self._obsolete, self._served = self._obsolete | self._served, frozenset()
            self.clear_obsolete(connection)

    def to_store(self) -> frozenset[str]:
        """Returns the topics for the next run: those of this run, and those not yet cleared."""
        with self._lock:
            return self._served | self._obsolete

    def clear_obsolete(self, connection: Connection) -> None:
        """Removes the retained messages of topics that this run does not serve."""
        for topic in sorted(self._obsolete):
            if _is_sound(topic):  # for subscribers that show it, and ignore an empty payload
                connection.publish(OutgoingMessage(topic, OFF, lambda _: None, retain=True))
            on_ack = partial(self._on_ack, topic)
            connection.publish(OutgoingMessage(topic, b"", on_ack, retain=True))

    def _on_ack(self, topic: str, refusal: str | None) -> None:
        if refusal is not None:  # not tried again: an access list of the new name, most likely
            self._refusal_log.fail(
                "the broker does not let this node clear its retained topics of an earlier "
                "configuration: %s (%s)",
                refusal,
                topic,
            )
        with self._lock:
            self._obsolete -= {topic}


def _is_sound(topic: str) -> bool:
    return topic.split("/")[-2:-1] in ([SOUND], [GROUP])
