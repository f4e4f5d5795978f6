"""Talks to systemd: sd_notify(3), and the folder that it keeps for the service."""

import logging
import os
import socket
from collections.abc import Mapping
from pathlib import Path

SEND_SECONDS = 0.2
"""How long a service manager that does not read may keep the pipeline waiting."""

_log = logging.getLogger("soundpost.service")


class Notifier:
    """The service manager that started this process, spoken to as in sd_notify(3).

    Args:
        address: Its datagram socket, `$NOTIFY_SOCKET`: a path, or `@` and an abstract name. Without
            one nobody is told anything.
        watchdog_seconds: How long without a sign of life it waits before it ends the process; None
            for ever.
    """

    def __init__(self, address: str | None, watchdog_seconds: float | None = None) -> None:
        self.watchdog_seconds = watchdog_seconds
        self._address = f"\0{address[1:]}" if address and address[0] == "@" else address
        self._is_deaf = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Notifier":
        """The one that the environment names, which systemd sets for its services."""
        microseconds = environment.get("WATCHDOG_USEC")
        is_ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watchdog_seconds = int(microseconds) / 1e6 if microseconds and is_ours else None
        return cls(environment.get("NOTIFY_SOCKET"), watchdog_seconds)

    def notify(self, **variables: str) -> None:
        """Tell assignments, `READY="1"` say; a manager that does not listen is logged once."""
        if not self._address:
            return
        lines = [f"{name}={' '.join(value.split())}" for name, value in variables.items()]
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.settimeout(SEND_SECONDS)
                sender.connect(self._address)
                sender.send("\n".join(lines).encode())
        except OSError as error:
            if not self._is_deaf:
                _log.warning("systemd does not listen at its socket: %s", error)
            self._is_deaf = True
        else:
            self._is_deaf = False


def state_directory(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The folder that systemd keeps for the service (`StateDirectory=`); None without one."""
    folder = environment.get("STATE_DIRECTORY", "").partition(":")[0]
    return Path(folder) if folder else None
