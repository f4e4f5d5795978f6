"""The receiver: a thread that stores what follows from messages, and then acknowledges them."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from soundpost.errors import PublishError
from soundpost.mqtt.broker import ConnectionSettings
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.message import IncomingMessage, Session
from soundpost.mqtt.wakeup import Wakeup
from soundpost.system.backoff import Backoff
from soundpost.system.log_once import LogOnce
from soundpost_notify.queue.file import QueueError
from soundpost_notify.receive.inbox import EVENTS, STATES, Inbox
from soundpost_notify.receive.upkeep import Upkeep
from soundpost_web.nodes.topics import filters

_POLL_SECONDS = 1.0
_SOON_SECONDS = 0.02
"""The wait for one more message before those that came are stored: they share one fsync."""
_MOST_TOGETHER = 200
_LONGEST_WAIT_MS = 250
_TICK_SECONDS = 0.5
_STEADY_SECONDS = 10.0
"""After a longer connection reconnecting begins with the shortest wait again."""
_JOIN_SECONDS = 10.0

_log = logging.getLogger("soundpost.notify")


class _Waiting(NamedTuple):
    message: IncomingMessage
    received_ms: int
    acknowledge: Callable[[], object]


class Receiver:
    """Receives, stores and acknowledges in one thread.

    While the disk refuses the queue it leaves the broker, which keeps what was not acknowledged.

    Args:
        settings: The broker, and the fields of CONNECT.
        prefix: The first level of all topics.
        session_seconds: The time for which the broker keeps messages while the notifier is away.
        inbox: Takes the messages.
        upkeep: Stores them, and does what is due between them.

    Attributes:
        is_connected: True while the broker is connected.
        beat_seconds: The monotonic time of its latest step, for the watchdog.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        prefix: str,
        session_seconds: int,
        inbox: Inbox,
        upkeep: Upkeep,
    ) -> None:
        self._settings = settings
        self._prefix = prefix
        self._inbox = inbox
        self._upkeep = upkeep
        self._session = Session(session_seconds, self._on_message)
        self._closing, self._wakeup = threading.Event(), Wakeup()
        self._waiting: list[_Waiting] = []
        self._has_received = False
        self._backoff = Backoff()
        self._failure = LogOnce(_log)
        self._thread = threading.Thread(target=self._run, name="receiver", daemon=True)
        self.is_connected = False
        self.beat_seconds = time.monotonic()

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stores what has arrived, disconnects, and ends the thread."""
        self._closing.set()
        self._wakeup.set()
        self._thread.join(_JOIN_SECONDS)

    @property
    def is_alive(self) -> bool:
        """True while the thread runs; a bug ends it, and with it the notifier."""
        return self._thread.is_alive()

    def _run(self) -> None:
        with self._wakeup:
            while not self._closing.is_set():
                is_broker_away = False
                try:
                    self._receive()
                except PublishError as error:
                    is_broker_away = True
                    self._failure.fail("%s (%s)", error, error.hint)
                except QueueError:
                    pass  # it is logged; the broker keeps the messages
                self._waiting.clear()  # not acknowledged: the broker sends them again
                self.is_connected = False
                self._upkeep.watch.disconnect(is_broker_away=is_broker_away)
                self._wait(self._backoff.next_seconds())

    def _wait(self, seconds: float) -> None:
        """Waits for the next attempt; what is due meanwhile is done."""
        end_seconds = time.monotonic() + seconds
        while not self._closing.is_set() and time.monotonic() < end_seconds:
            self._tick()
            self._closing.wait(min(_POLL_SECONDS, max(0.0, end_seconds - time.monotonic())))

    def _tick(self) -> None:
        """Does what is due, at most twice a second; while the disk refuses it, it stays due."""
        now_seconds = time.monotonic()
        if now_seconds - self.beat_seconds < _TICK_SECONDS:
            return
        self.beat_seconds = now_seconds
        with suppress(QueueError):  # it is logged
            self._upkeep.tick()

    def _receive(self) -> None:
        began_seconds = time.monotonic()
        try:
            with Connection(self._settings, session=self._session) as connection:
                for leaves in (STATES, EVENTS):
                    connection.subscribe(
                        filters(self._prefix, leaves),
                        None,
                        self._on_suback,
                        is_queued=leaves is EVENTS,
                    )
                while not self._closing.is_set():
                    self._poll(connection)
                self._store()
        finally:
            if time.monotonic() - began_seconds > _STEADY_SECONDS:
                self._backoff.reset()

    def _poll(self, connection: Connection) -> None:
        self._has_received = False
        self._wakeup.clear()
        connection.poll(_SOON_SECONDS if self._waiting else _POLL_SECONDS, self._wakeup.socket)
        is_full = len(self._waiting) >= _MOST_TOGETHER
        if is_full or not self._has_received or self._waits_for_long:
            self._store()
            self._tick()

    @property
    def _waits_for_long(self) -> bool:
        """True if messages arrive so steadily that no pause would store them."""
        now_ms = self._upkeep.queue.now_ms
        return bool(self._waiting) and now_ms - self._waiting[0].received_ms > _LONGEST_WAIT_MS

    def _store(self) -> None:
        """Stores what follows from the messages that wait, and acknowledges them."""
        if not self._waiting:
            return
        with self._upkeep.queue.transaction() as database:
            for waiting in self._waiting:
                self._inbox.take(database, waiting.message, waiting.received_ms)
        for waiting in self._waiting:
            waiting.acknowledge()
        self._waiting.clear()

    def _on_suback(self, refusal: str | None) -> None:
        if refusal is not None:
            self._failure.fail(
                "%s refuses the subscription: %s", str(self._settings.address), refusal
            )
            return
        self._failure.recover()
        if self.is_connected:
            return  # the second subscription of this connection
        _log.info("connected to %s as %s", self._settings.address, self._settings.client_id)
        self.is_connected = True
        self._upkeep.watch.connect()

    def _on_message(self, message: IncomingMessage, acknowledge: Callable[[], object]) -> None:
        self._has_received = True
        self._waiting.append(_Waiting(message, self._upkeep.queue.now_ms, acknowledge))
