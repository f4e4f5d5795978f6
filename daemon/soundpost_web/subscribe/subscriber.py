"""The subscriber: a thread that receives the messages of all nodes, and reconnects."""

import logging
import threading
import time
from collections.abc import Callable

from soundpost.errors import PublishError
from soundpost.mqtt.broker import ConnectionSettings
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.message import IncomingMessage, Session
from soundpost.mqtt.wakeup import Wakeup
from soundpost.system.backoff import Backoff
from soundpost.system.log_once import LogOnce
from soundpost_web.clips.fetch import ClipFetcher
from soundpost_web.history.store import HistoryStore
from soundpost_web.nodes.state import BrokerState, LiveState
from soundpost_web.nodes.topics import CLIP, EVENTS, STATES, filters
from soundpost_web.subscribe.commands import CommandQueue
from soundpost_web.subscribe.inbox import Inbox
from soundpost_web.subscribe.pending import Pending

_POLL_SECONDS = 1.0
_SOON_SECONDS = 0.02
"""The wait for one more message before those that came are stored."""
_STEADY_SECONDS = 10.0
"""After a longer connection reconnecting begins with the shortest wait again."""
_JOIN_SECONDS = 10.0

_log = logging.getLogger("soundpost.web")


class Subscriber:
    """Receives, stores and acknowledges in one thread.

    Args:
        settings: The broker, and the fields of CONNECT.
        prefix: The first level of all topics.
        session_seconds: The time for which the broker keeps messages while the page is away.
        store: The history, which only this thread writes.
        state: The state that the page shows.

    Attributes:
        commands: The commands that wait to be sent.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        prefix: str,
        session_seconds: int,
        store: HistoryStore,
        state: LiveState,
    ) -> None:
        self._settings = settings
        self._closing, self._wakeup = threading.Event(), Wakeup()
        self._prefix, self._filters = prefix, filters(prefix, EVENTS)
        self._store = store
        self._state = state
        self._inbox = Inbox(prefix, state)
        self._pending = Pending(store, state)
        self._session = Session(session_seconds, self._on_message)
        self.commands = CommandQueue(prefix, state, self._wakeup)
        self._backoff = Backoff()
        self._failure = LogOnce(_log)
        self._has_received = False
        self._thread = threading.Thread(target=self._run, name="subscriber", daemon=True)

    def receive_clips(self, clips: ClipFetcher) -> None:
        """Has clips received that were requested from nodes; called before `start`."""
        clips.send = self.commands.put
        self._inbox.clips = clips
        self._filters += filters(self._prefix, [CLIP])

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stores what has arrived, disconnects, and ends the thread."""
        self._closing.set()
        self._wakeup.set()
        self._thread.join(_JOIN_SECONDS)

    def wait(self) -> None:
        """Returns when the thread has ended."""
        self._thread.join()

    @property
    def is_alive(self) -> bool:
        """True while the thread runs; a bug ends it, and with it the page."""
        return self._thread.is_alive()

    def _run(self) -> None:
        with self._wakeup:
            self._receive_until_closing()
        if self._inbox.clips is not None:
            self._inbox.clips.close()
        self._store.close()

    def _receive_until_closing(self) -> None:
        while not self._closing.is_set():
            try:
                self._receive()
            except PublishError as error:
                self._failure.fail("%s (%s)", error, error.hint)
                self._state.set_broker(BrokerState(failure=f"{error}; {error.hint}"))
            self.commands.clear()
            if self._inbox.clips is not None:
                self._inbox.clips.tick()
            self._pending.forget_acknowledgements()
            self._pending.store()
            self._closing.wait(self._backoff.next_seconds())

    def _receive(self) -> None:
        began_seconds = time.monotonic()
        try:
            with Connection(self._settings, session=self._session) as connection:
                self._state.forget_statuses()
                # Queued reports of hours would push events out of the queue that the broker keeps.
                states = filters(self._prefix, STATES)
                connection.subscribe(states, None, self._on_refusal, is_queued=False)
                connection.subscribe(self._filters, None, self._on_suback)
                while not self._closing.is_set():
                    self._poll(connection)
                self._pending.store()
        finally:
            if time.monotonic() - began_seconds > _STEADY_SECONDS:
                self._backoff.reset()

    def _poll(self, connection: Connection) -> None:
        self._has_received = False
        self._wakeup.clear()
        self.commands.send(connection)
        wait_seconds = _SOON_SECONDS if len(self._pending) else _POLL_SECONDS
        connection.poll(wait_seconds, self._wakeup.socket)
        if self._inbox.clips is not None:
            self._inbox.clips.tick()
        if self._pending.is_due or not self._has_received:
            self._pending.store()
            self._store.tick()

    def _on_suback(self, refusal: str | None) -> None:
        if refusal is None:
            self._failure.recover()
            _log.info("connected to %s as %s", self._settings.address, self._settings.client_id)
            self._state.set_broker(BrokerState(is_connected=True))
        self._on_refusal(refusal)

    def _on_refusal(self, refusal: str | None) -> None:
        if refusal is None:
            return
        failure = f"{self._settings.address} refuses the subscription: {refusal}"
        self._failure.fail("%s", failure)
        self._state.set_broker(BrokerState(failure=failure))

    def _on_message(self, message: IncomingMessage, acknowledge: Callable[[], object]) -> None:
        self._has_received = True
        stored = self._inbox.receive(message)
        if stored is None:
            acknowledge()
        else:
            self._pending.add(stored, acknowledge)
