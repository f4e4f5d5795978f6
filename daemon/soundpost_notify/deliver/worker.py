"""A thread that sends the messages of one target."""

import logging
import threading
from collections.abc import Callable
from typing import NamedTuple

from soundpost.system.backoff import Backoff
from soundpost.system.log_once import LogOnce
from soundpost.system.units import BYTES_PER_MEGABYTE
from soundpost_notify.deliver.attachments import ClipFolders
from soundpost_notify.deliver.outcome import DeliveryError, Message, RefusedError, Sender
from soundpost_notify.queue.file import QueueError
from soundpost_notify.queue.queue import Delivery, MessageQueue

_HOUR_MS = 3_600_000
_IDLE_SECONDS = 60.0
"""A look at the queue without being woken: the disk may have refused the last one."""
_JOIN_SECONDS = 5.0
"""A request that runs when the notifier ends is sent again at the next start."""

_log = logging.getLogger("soundpost.notify")


class Target(NamedTuple):
    """A target.

    Attributes:
        name: Its name.
        sender: Sends to it.
        attachment_megabytes: The largest file that is attached.
    """

    name: str
    sender: Sender
    attachment_megabytes: float


def build_message(content_of: Delivery, target: Target, folders: ClipFolders) -> Message:
    """Returns the message of a delivery, with its files, and a line about each missing one."""
    content = content_of.content
    largest_bytes = round(target.attachment_megabytes * BYTES_PER_MEGABYTE)
    files, lines = folders.load(content, largest_bytes)
    return Message(
        content.with_lines(lines),
        content_of.key,
        content.thread(target.name),
        target.name,
        tuple(files),
    )


class Worker:
    """Sends the messages of a target one by one, with back-off after a failure.

    Args:
        target: The target.
        queue: The queue.
        folders: The folders of clips.
        give_up_hours: The age at which a message is given up.
        backoff: The waits after failures in a row.
    """

    def __init__(
        self,
        target: Target,
        queue: MessageQueue,
        folders: ClipFolders,
        give_up_hours: float,
        backoff: Backoff | None = None,
    ) -> None:
        self._target = target
        self._queue = queue
        self._folders = folders
        self._give_up_ms = give_up_hours * _HOUR_MS
        self._backoff = backoff or Backoff()
        self._failure = LogOnce(_log)
        self._closing, self._wakeup = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"target {target.name}", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Ends the wait for a message; called from any thread."""
        self._wakeup.set()

    def stop(self) -> None:
        """Tells the thread to end after the message that it sends."""
        self._closing.set()
        self._wakeup.set()

    def join(self) -> None:
        """Waits for the end of the thread, for a while."""
        self._thread.join(_JOIN_SECONDS)

    @property
    def is_alive(self) -> bool:
        """True while the thread runs; a bug ends it, and with it the notifier."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wakeup.clear()
            try:
                delivery = self._queue.claim(self._target.name)
            except QueueError:  # it is logged
                self._closing.wait(self._backoff.next_seconds())
                continue
            if delivery is None:
                self._wakeup.wait(_IDLE_SECONDS)
            else:
                self._closing.wait(self._attempt(delivery))

    def _attempt(self, delivery: Delivery) -> float:
        """Sends a message once; returns the wait before the next one, in seconds."""
        if self._queue.now_ms - delivery.created_ms > self._give_up_ms:
            self._store(lambda: self._queue.finish(delivery, "given up"))
            _log.error("a message to %s is given up: %s", self._target.name, delivery.content.title)
            return 0.0
        try:
            self._target.sender.send(build_message(delivery, self._target, self._folders))
        except DeliveryError as error:
            reason, wait_seconds = str(error), error.retry_seconds
            self._failure.fail("%s: %s; it is tried again", self._target.name, reason)
            self._store(lambda: self._queue.fail(delivery, reason))
            return max(self._backoff.next_seconds(), wait_seconds)
        except RefusedError as error:
            reason = str(error)
            _log.error("%s refuses a message: %s", self._target.name, reason)
            self._store(lambda: self._queue.finish(delivery, "refused", reason))
            return 0.0
        self._failure.recover("%s takes messages again", self._target.name)
        self._backoff.reset()
        self._store(lambda: self._queue.finish(delivery, "sent"))
        return 0.0

    def _store(self, change: Callable[[], None]) -> None:
        """Stores a result, until the disk takes it: otherwise the message would be sent again."""
        backoff = Backoff()
        while True:
            try:
                change()
            except QueueError:  # it is logged
                if self._closing.wait(backoff.next_seconds()):
                    return
            else:
                return
