"""The log: lines on a terminal, entries with fields in journald under systemd."""

import copy
import logging
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from soundpost.system.printable import printable, printable_lines

JOURNAL = Path("/run/systemd/journal/socket")
LINE = "%(levelname)s %(name)s: %(message)s"
SOURCE = "SOUNDPOST_SOURCE"
"""The environment variable with the name of the source that this process captures from, if the node
has several. Each has a process of its own, and all write to one log."""

_PRIORITIES = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}
"""The priorities of syslog, by which `journalctl -p warning` filters."""

_log = logging.getLogger("soundpost")


class PrintableFormatter(logging.Formatter):
    """Formats records so that no value can repaint a terminal or forge a line of the log.

    Each value of a line is one printable line. The line breaks of a format and of a traceback stay.

    Args:
        fmt: The format of a line; None for the message alone.
        source: The name of the source, before each line; None if the node has one source.
    """

    def __init__(self, fmt: str | None = None, *, source: str | None = None) -> None:
        super().__init__(fmt)
        self._prefix = f"[{source}] " if source else ""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the text of a record, after the name of the source."""
        safe = copy.copy(record)
        if isinstance(record.args, tuple):
            safe.args = tuple(map(_printable_value, record.args))
        return printable_lines(self._prefix + super().format(safe))


class JournalHandler(logging.Handler):
    """Sends records to journald in its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL).

    Besides MESSAGE and PRIORITY an entry has LOGGER, and CODE_FILE, CODE_LINE and CODE_FUNC, which
    `journalctl -o verbose` shows and `journalctl LOGGER=…` filters by, and SOUNDPOST_SOURCE if the
    node has several sources. A record that journald does not accept goes to stderr.

    Args:
        address: The datagram socket of journald.
        source: The name of the source; None if the node has one source.
    """

    def __init__(self, address: Path = JOURNAL, *, source: str | None = None) -> None:
        super().__init__()
        self._address = str(address)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._source = {SOURCE: source} if source else {}
        self.setFormatter(PrintableFormatter(source=source))
        self._fallback = logging.StreamHandler()
        self._fallback.setFormatter(PrintableFormatter(LINE, source=source))

    def emit(self, record: logging.LogRecord) -> None:
        """Sends one record."""
        fields = {
            "MESSAGE": self.format(record),
            "PRIORITY": str(_PRIORITIES.get(record.levelno, _PRIORITIES[logging.INFO])),
            "SYSLOG_IDENTIFIER": "soundpost",
            "LOGGER": record.name,
            "CODE_FILE": record.pathname,
            "CODE_LINE": str(record.lineno),
            "CODE_FUNC": record.funcName or "",
            **self._source,
        }
        entry = b"".join(_encode(name, value) for name, value in fields.items())
        try:
            self._socket.sendto(entry, self._address)
        except OSError:
            self._fallback.emit(record)

    def close(self) -> None:
        """Closes the socket."""
        self._socket.close()
        super().close()


def begin_log(environment: Mapping[str, str] = os.environ) -> None:
    """Starts logging: to journald if stderr goes there, else to stderr."""
    source = environment.get(SOURCE)
    if not _is_journal(environment):
        handler = logging.StreamHandler()
        handler.setFormatter(PrintableFormatter(LINE, source=source))
        logging.basicConfig(level=logging.INFO, handlers=[handler])
        return
    logging.basicConfig(level=logging.INFO, handlers=[JournalHandler(source=source)])
    sys.excepthook = _log_bug


def _is_journal(environment: Mapping[str, str]) -> bool:
    """Returns whether systemd connected stderr to the journal and it was not redirected since."""
    stderr = os.fstat(sys.__stderr__.fileno()) if sys.__stderr__ else None
    stream = f"{stderr.st_dev}:{stderr.st_ino}" if stderr else None
    return environment.get("JOURNAL_STREAM") == stream and JOURNAL.exists()


def _log_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Logs a traceback as one entry, instead of one for each of its lines."""
    _log.critical("a bug: %s", error, exc_info=(kind, error, trace))


def _printable_value(value: object) -> object:
    """Returns a number as it is, so that `%d` takes it, and the text of everything else."""
    return value if isinstance(value, int | float | None) else printable(str(value))


def _encode(name: str, value: str) -> bytes:
    """Returns a field; the length of a value precedes it if it has line breaks."""
    content = value.encode(errors="replace")
    if b"\n" not in content:
        return name.encode() + b"=" + content + b"\n"
    return name.encode() + b"\n" + len(content).to_bytes(8, "little") + content + b"\n"
