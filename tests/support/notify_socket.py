"""The socket of a service manager, to which a daemon sends its notifications (sd_notify)."""

import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Notification:
    """A notification, and when it came on the monotonic clock."""

    text: str
    at_seconds: float


class ServiceManager:
    """Receives notifications in a thread, as a context manager.

    Args:
        folder: Where its socket is made.
        watchdog_seconds: Time-out of its watchdog, which it does not enforce.

    Attributes:
        received: All notifications so far.
        environment: Variables for the environment of the daemon.
    """

    def __init__(self, folder: Path, watchdog_seconds: float) -> None:
        self._address = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._address))
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._receive)
        self.received: list[Notification] = []
        self.environment = {
            "NOTIFY_SOCKET": str(self._address),
            "WATCHDOG_USEC": str(round(watchdog_seconds * 1e6)),
        }

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", str(self._address))
        self._thread.join()
        self._socket.close()

    def times(self, text: str) -> list[float]:
        """Returns the times of all notifications with a text so far."""
        return [found.at_seconds for found in list(self.received) if text in found.text]

    def wait_for(self, text: str, count: int = 1, within_seconds: float = 120.0) -> list[float]:
        """Returns the times of the notifications with a text, once there are so many."""
        with self._changed:
            has_come = self._changed.wait_for(
                lambda: len(self.times(text)) >= count, timeout=within_seconds
            )
        assert has_come, f"expected {count} of {text}, got {self.received}"
        return self.times(text)

    def _receive(self) -> None:
        while datagram := self._socket.recv(65_536):
            with self._changed:
                self.received.append(Notification(datagram.decode(), time.monotonic()))
                self._changed.notify_all()
