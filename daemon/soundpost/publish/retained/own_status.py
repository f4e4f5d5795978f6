"""The node's own status at the broker: detects another node of its name."""

import logging
import time
from collections import Counter
from collections.abc import Callable

from soundpost.messages.payload import OFFLINE, ONLINE
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.limits import DisconnectLimit
from soundpost.mqtt.message import IncomingMessage
from soundpost.system.log_once import LogOnce

_MOST_OTHERS = 16
"""Other runs that are followed: a client that forges many of them takes no memory."""
_FOREIGN_STATUSES = 2
"""Connections in whose absence another run has published its status before it is a duplicate: once
may be a broker that was restored with an old status."""
_CORRECTION_SECONDS = 1.0
"""The shortest time between two corrections, and between two replies: a client that publishes
without end gets one of each a second."""

_log = logging.getLogger("soundpost.publish")


class OwnStatus:
    """Follows what is published on the status topic of this node.

    Each run publishes its status with an id of its own. `online` with another id is another node
    of the same name, until it is offline, or has published nothing for as long as its status is
    retained. It gets the own status as a reply, so that both detect each other at once: their next
    health reports may be hours away. `offline` from anywhere else (the other node, or the last will
    of an earlier connection that the broker gives up late) is a wrong status, to be corrected at
    once.

    Two nodes with one client identifier too are never connected at the same time: the broker ends
    one's connection for the other's. There the status that is retained at a new connection is from
    the other run, each time.

    A broker may withhold these messages; then neither is detected, and all else works.

    Args:
        topic: The full topic of the status.
        run_id: The id of this run.
        hold_seconds: The time after which a status that was not renewed is gone.
        now_seconds: A monotonic clock.

    Attributes:
        has_duplicate: True while another node of the same name is online.
    """

    has_duplicate = False

    def __init__(
        self,
        topic: str,
        run_id: str,
        hold_seconds: float,
        *,
        now_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.topic = topic
        self.run_id = run_id
        self._hold_seconds = hold_seconds
        self._now_seconds = now_seconds
        self._others: dict[str | None, float] = {}
        self._foreign_statuses: Counter[str] = Counter()
        self._has_published = self._awaits_own = False
        self._is_wrong = self._owes_reply = False
        self._corrected_seconds = self._replied_seconds = float("-inf")
        self._is_unacknowledged = False
        self._disconnects = DisconnectLimit(now_seconds=now_seconds)
        self._duplicate_log = LogOnce(_log)
        self._refusal_log = LogOnce(_log, logging.INFO, on_change=False)

    def on_connect(self, connection: Connection) -> None:
        """Subscribes on a new connection, before the status is published there."""
        if self._is_unacknowledged:
            self._disconnects.add()
        self._is_unacknowledged = not self._disconnects.is_reached
        self._is_wrong = self._owes_reply = False
        self._awaits_own = self._has_published
        if self._is_unacknowledged:
            connection.subscribe(
                [self.topic], self.on_message, self._on_suback, with_retained=self._has_published
            )
        else:
            self._on_suback("it disconnects on the subscription")

    def on_message(self, message: IncomingMessage) -> None:
        """Takes a status that another client has published."""
        if self._awaits_own:
            self._take_retained(message.run_id)
        elif message.payload == ONLINE and message.run_id != self.run_id:
            is_new = message.run_id not in self._others
            if not is_new or len(self._others) < _MOST_OTHERS:
                self._owes_reply = self._owes_reply or is_new
                self._others[message.run_id] = self._now_seconds()
        elif message.payload == OFFLINE:
            self._others.pop(message.run_id, None)
            self._is_wrong = True
        self._update()

    def on_ack(self, refusal: str | None) -> None:
        """Records that the broker has received the status of this run, or refuses it."""
        self._awaits_own = False
        self._has_published = self._has_published or refusal is None

    def _take_retained(self, run_id: str | None) -> None:
        """Takes the status that the broker had before this connection."""
        if run_id is None or run_id == self.run_id:
            return
        if run_id in self._foreign_statuses or len(self._foreign_statuses) < _MOST_OTHERS:
            self._foreign_statuses[run_id] += 1
            if self._foreign_statuses[run_id] >= _FOREIGN_STATUSES:
                self._others[run_id] = self._now_seconds()

    def needs_correction(self) -> bool:
        """Returns whether the status should be published again now; called again and again."""
        self._update()
        now_seconds = self._now_seconds()
        if not self._is_wrong or now_seconds - self._corrected_seconds < _CORRECTION_SECONDS:
            return False
        self._is_wrong, self._corrected_seconds = False, now_seconds
        self._owes_reply = False  # the correction is one, too
        return True

    def needs_reply(self) -> bool:
        """Returns whether a new run should receive this status now; called again and again."""
        now_seconds = self._now_seconds()
        if not self._owes_reply or now_seconds - self._replied_seconds < _CORRECTION_SECONDS:
            return False
        self._owes_reply, self._replied_seconds = False, now_seconds
        return True

    def _update(self) -> None:
        oldest_seconds = self._now_seconds() - self._hold_seconds
        self._others = {run: at for run, at in self._others.items() if at > oldest_seconds}
        self.has_duplicate = bool(self._others)
        if self.has_duplicate:
            self._duplicate_log.fail(
                "another node publishes on %s: two nodes of one name mix their messages (give each "
                "node its own node.name)",
                self.topic,
            )
        else:
            self._duplicate_log.recover("no other node publishes on %s any more", self.topic)

    def _on_suback(self, refusal: str | None) -> None:
        self._is_unacknowledged = False
        if refusal is None:
            self._disconnects.reset()
        else:
            self._refusal_log.fail(
                "another node of this name would not be detected, because the broker refuses: %s "
                "(let this node read %s)",
                refusal,
                self.topic,
            )
