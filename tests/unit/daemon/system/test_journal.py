"""What journald gets of the log, over a real datagram socket as its own."""

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
    """The socket at which journald would listen."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "journal"))
        ear.settimeout(20.0)
        yield ear


@pytest.fixture
def log(tmp_path: Path) -> Iterator[logging.Logger]:
    """A logger that is heard there alone."""
    log = logging.getLogger("soundpost.of_a_test")
    handler = JournalHandler(tmp_path / "journal")
    log.addHandler(handler)
    log.propagate = False
    yield log
    log.removeHandler(handler)
    handler.close()


def fields(datagram: bytes) -> dict[str, str]:
    """The fields of an entry, read as systemd.io/JOURNAL_NATIVE_PROTOCOL has it."""
    told = {}
    while datagram:
        line, _, datagram = datagram.partition(b"\n")
        name, has_value, value = line.partition(b"=")
        if not has_value:
            length = int.from_bytes(datagram[:8], "little")
            value, datagram = datagram[8 : 8 + length], datagram[8 + length + 1 :]
        told[name.decode()] = value.decode()
    return told


def test_an_entry_has_its_fields(journal: socket.socket, log: logging.Logger) -> None:
    """Message, priority, who said it and where: each can be asked for."""
    log.warning("the outbox is %s", "full")
    told = fields(journal.recv(65_536))
    assert told["MESSAGE"] == "the outbox is full"
    assert (told["PRIORITY"], told["LOGGER"]) == ("4", "soundpost.of_a_test")
    assert told["SYSLOG_IDENTIFIER"] == "soundpost"
    assert told["CODE_FILE"] == __file__
    assert told["CODE_FUNC"] == "test_an_entry_has_its_fields"


@pytest.mark.parametrize(
    ("level", "priority"),
    [(logging.DEBUG, "7"), (logging.INFO, "6"), (logging.ERROR, "3"), (logging.CRITICAL, "2")],
)
def test_a_level_is_a_priority(
    journal: socket.socket, log: logging.Logger, level: int, priority: str
) -> None:
    """`journalctl -p` chooses by syslog's numbers."""
    log.setLevel(logging.DEBUG)
    log.log(level, "so")
    assert fields(journal.recv(65_536))["PRIORITY"] == priority


def test_a_traceback_is_one_entry(journal: socket.socket, log: logging.Logger) -> None:
    """Line breaks are a part of the message, and no field can be forged by them."""
    try:
        raise ValueError("x\nPRIORITY=0")  # noqa: TRY301 - to have a traceback
    except ValueError:
        log.exception("a bug")
    told = fields(journal.recv(65_536))
    assert told["MESSAGE"].startswith("a bug\nTraceback")
    assert told["MESSAGE"].endswith("PRIORITY=0")
    assert told["PRIORITY"] == "3"


def test_without_journald_it_goes_to_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line that journald does not take is not lost."""
    handler = JournalHandler(tmp_path / "absent")
    handler.handle(logging.makeLogRecord({"name": "soundpost", "msg": "nobody takes this"}))
    handler.close()
    assert "soundpost: nobody takes this" in capsys.readouterr().err


@pytest.mark.parametrize("stream", ["", "1:2"])
def test_on_a_terminal_a_line_is_a_line(stream: str) -> None:
    """Where stderr is not the journal, nothing is sent there."""
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
