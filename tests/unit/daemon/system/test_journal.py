"""Log entries for journald, over a real datagram socket."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from soundpost.system.journal import JournalHandler


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[socket.socket]:
    """Provides a socket like that of journald."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "journal"))
        receiver.settimeout(20.0)
        yield receiver


@pytest.fixture
def log(tmp_path: Path) -> Iterator[logging.Logger]:
    """Provides a logger that logs to that socket only."""
    log = logging.getLogger("soundpost.of_a_test")
    handler = JournalHandler(tmp_path / "journal")
    log.addHandler(handler)
    log.propagate = False
    yield log
    log.removeHandler(handler)
    handler.close()


def fields(datagram: bytes) -> dict[str, str]:
    """Returns the fields of an entry (systemd.io/JOURNAL_NATIVE_PROTOCOL)."""
    entry = {}
    while datagram:
        line, _, datagram = datagram.partition(b"\n")
        name, has_value, value = line.partition(b"=")
        if not has_value:
            length = int.from_bytes(datagram[:8], "little")
            value, datagram = datagram[8 : 8 + length], datagram[8 + length + 1 :]
        entry[name.decode()] = value.decode()
    return entry


def test_an_entry_has_its_fields(journal: socket.socket, log: logging.Logger) -> None:
    """Message, priority, logger and place in the code can be filtered by."""
    log.warning("the outbox is %s", "full")
    entry = fields(journal.recv(65_536))
    assert entry["MESSAGE"] == "the outbox is full"
    assert (entry["PRIORITY"], entry["LOGGER"]) == ("4", "soundpost.of_a_test")
    assert entry["SYSLOG_IDENTIFIER"] == "soundpost"
    assert entry["CODE_FILE"] == __file__
    assert entry["CODE_FUNC"] == "test_an_entry_has_its_fields"


@pytest.mark.parametrize(
    ("level", "priority"),
    [(logging.DEBUG, "7"), (logging.INFO, "6"), (logging.ERROR, "3"), (logging.CRITICAL, "2")],
)
def test_a_level_is_a_priority(
    journal: socket.socket, log: logging.Logger, level: int, priority: str
) -> None:
    """`journalctl -p` filters by the numbers of syslog."""
    log.setLevel(logging.DEBUG)
    log.log(level, "so")
    assert fields(journal.recv(65_536))["PRIORITY"] == priority


def test_a_value_from_outside_is_one_printable_line(
    journal: socket.socket, log: logging.Logger
) -> None:
    """A label with escape codes or a line break repaints no terminal and forges no line."""
    log.error("%s: %d of %.1f\n  hint: %s", "dog\x1b[2J", 3, 0.25, Path("a\nERROR b\u202e"))
    message = fields(journal.recv(65_536))["MESSAGE"]
    assert message == "dog\\x1b[2J: 3 of 0.2\n  hint: a\\nERROR b\\u202e"


def test_a_traceback_is_one_entry(journal: socket.socket, log: logging.Logger) -> None:
    """Line breaks are part of the message, and cannot forge a field."""
    try:
        raise ValueError("x\nPRIORITY=0")  # noqa: TRY301 - to have a traceback
    except ValueError:
        log.exception("a bug")
    entry = fields(journal.recv(65_536))
    assert entry["MESSAGE"].startswith("a bug\nTraceback")
    assert entry["MESSAGE"].endswith("PRIORITY=0")
    assert entry["PRIORITY"] == "3"


def test_without_journald_records_go_to_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A record that journald does not accept is not lost."""
    handler = JournalHandler(tmp_path / "absent")
    handler.handle(logging.makeLogRecord({"name": "soundpost", "msg": "nothing receives this"}))
    handler.close()
    assert "soundpost: nothing receives this" in capsys.readouterr().err


@pytest.mark.parametrize("stream", ["", "1:2"])
def test_on_a_terminal_a_record_is_a_line(stream: str) -> None:
    """If stderr is not the journal, nothing is sent to journald."""
    code = "from soundpost.system import journal; import logging\n"
    code += "journal.begin_log(); logging.getLogger('soundpost').info('here')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"JOURNAL_STREAM": stream},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "INFO soundpost: here\n"


def test_an_entry_of_one_of_several_sources_has_its_name(
    journal: socket.socket, tmp_path: Path
) -> None:
    """As a field to filter by, and before the message, which is all that most views show."""
    log = logging.getLogger("soundpost.of_a_source")
    handler = JournalHandler(tmp_path / "journal", source="yard")
    log.addHandler(handler)
    log.propagate = False
    log.warning("the outbox is %s", "full")
    log.removeHandler(handler)
    handler.close()
    entry = fields(journal.recv(65_536))
    assert (entry["MESSAGE"], entry["SOUNDPOST_SOURCE"]) == ("[yard] the outbox is full", "yard")
