"""The interface to systemd: sd_notify(3) and the state directory."""

import logging
import os
import re
import socket
import weakref
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from soundpost.system.log_once import LogOnce

SEND_SECONDS = 0.2
"""The longest time that a service manager which does not read can block the pipeline."""

STATE_DIRECTORY = "STATE_DIRECTORY"
"""The environment variable with the service's state directory."""
SERVICE_FOLDER = Path("/var/lib/soundpost")
"""The state directory of the packaged service, for commands that a person types."""
SOURCES_FOLDER = "sources"
"""The folder in the state directory that has a folder for each source, if there are several."""
GONE_SOURCES = "SOUNDPOST_GONE_SOURCES"
"""The environment variable in which the supervisor names the sources of earlier configurations."""
_SEPARATOR = ","  # no name of a source has one
_SOURCE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
"""As the configuration has it. Anything else, such as `lost+found`, is no level of a topic."""

_log = logging.getLogger("soundpost.service")


class Notifier:
    """Sends notifications to the service manager, as sd_notify(3) does.

    Args:
        address: Its datagram socket, `$NOTIFY_SOCKET`: a path, or `@` and an abstract name. None
            for no service manager: nothing is sent.
        watchdog_seconds: The time without `WATCHDOG=1` after which it ends the process; None if it
            has no watchdog.
    """

    def __init__(self, address: str | None, watchdog_seconds: float | None = None) -> None:
        self.watchdog_seconds = watchdog_seconds
        self._address = f"\0{address[1:]}" if address and address[0] == "@" else address
        self._socket: socket.socket | None = None
        self._failure = LogOnce(_log)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Notifier":
        """Returns the notifier of the environment that systemd sets for its services."""
        microseconds = environment.get("WATCHDOG_USEC")
        is_ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watchdog_seconds = int(microseconds) / 1e6 if microseconds and is_ours else None
        return cls(environment.get("NOTIFY_SOCKET"), watchdog_seconds)

    def notify(self, **variables: str) -> None:
        """Sends assignments such as `READY="1"`; a failure is logged once."""
        if not self._address:
            return
        lines = [f"{name}={' '.join(value.split())}" for name, value in variables.items()]
        try:
            self._send("\n".join(lines).encode())
        except OSError as error:
            self._failure.fail("systemd does not read from its socket: %s", error)
        else:
            self._failure.recover()

    def _send(self, datagram: bytes) -> None:
        """Sends a datagram; the socket stays open, so that it can be sent without descriptors.

        Raises:
            OSError: It could not be sent.
        """
        if self._socket is not None:
            with suppress(OSError):  # systemd may have made its socket anew
                self._socket.send(datagram)
                return
            self._socket.close()
            self._socket = None
        sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        try:
            sender.settimeout(SEND_SECONDS)
            sender.connect(self._address or "")
            sender.send(datagram)
        except OSError:
            sender.close()
            raise
        self._socket = sender
        weakref.finalize(self, sender.close)


def state_directory(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Returns the service's state directory (`StateDirectory=`); None without one."""
    folder = environment.get(STATE_DIRECTORY, "").partition(":")[0]
    return Path(folder) if folder else None


def shared_state_directory(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Returns the state directory of the service, also in the process of one of its sources."""
    folder = state_directory(environment)
    if folder is not None and folder.parent.name == SOURCES_FOLDER:
        return folder.parent.parent
    return folder


def stored_sources(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Returns the names of all sources that have had a state directory, by name."""
    folder = state_directory(environment)
    with suppress(OSError):
        if folder is not None:
            names = [each.name for each in (folder / SOURCES_FOLDER).iterdir() if each.is_dir()]
            return sorted(filter(_SOURCE_NAME.fullmatch, names))
    return []


def name_gone_sources(environment: Mapping[str, str], configured: Collection[str]) -> str:
    """Returns the value of `GONE_SOURCES`: the stored sources that are not configured any more."""
    return _SEPARATOR.join(name for name in stored_sources(environment) if name not in configured)


def gone_sources(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Returns the sources of earlier configurations, whose topics no process serves any more.

    Those that the supervisor names; without one there is a single source, so all that are stored.
    """
    named = environment.get(GONE_SOURCES)
    names = stored_sources(environment) if named is None else named.split(_SEPARATOR)
    return tuple(filter(None, names))
