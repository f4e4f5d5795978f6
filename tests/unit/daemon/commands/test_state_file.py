"""The file in which commands are remembered, whatever becomes of it."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from full_disk import files_of_at_most
from hypothesis import example, given
from hypothesis import strategies as st

from soundpost.commands import open_state_file
from soundpost.commands.history import HistoryEntry
from soundpost.commands.state_file import CommandState, StateFile, state_file_path
from soundpost.config import MqttConfig
from soundpost.decide import Mute, MutesState, Override
from soundpost.messages.result import ResultMessage, Status

RESULT = ResultMessage(
    node="post",
    id="a1",
    command="reload",
    status=Status.DONE,
    message="done",
    hint="",
    at="2026-11-20T07:31:21.480Z",
)
ALL = CommandState(
    mutes=MutesState((Mute("hum", 1),)),
    overrides=(Override("hum", 0.9, "steady"),),
    results=(HistoryEntry("5e", RESULT),),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is to lie."""
    return tmp_path / "commands.json"


def test_what_one_run_writes_the_next_remembers(path: Path) -> None:
    """All of it."""
    first = StateFile(path)
    assert first.state == CommandState()
    assert first.write(ALL)
    assert StateFile(path).state == ALL


def test_others_may_not_read_it(path: Path) -> None:
    """It says when nobody listens."""
    StateFile(path).write(ALL)
    assert path.stat().st_mode & 0o777 == 0o640


def test_without_a_file_nothing_is_remembered() -> None:
    """And that is known."""
    state_file = StateFile(None)
    assert not state_file.write(ALL)
    assert state_file.state == CommandState()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A whole file."""
    path = tmp_path_factory.mktemp("memory") / "commands.json"
    StateFile(path).write(ALL)
    return path.read_bytes()


@given(st.integers(0, 10_000), st.integers(1, 255), st.booleans())
def test_any_damage_is_seen(
    written: bytes,
    at: int,
    change: int,
    cut: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    """Nothing is remembered that was not written: any byte changed, or cut off anywhere."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "commands.json"
        content = bytearray(written)
        at %= len(content)
        content[at] ^= change
        path.write_bytes(content[:at] if cut else content)
        assert StateFile(path).state == CommandState()


@given(st.binary())
@example(b"[" * 100_000)
@example(b'{"crc32": 1, "remembered": ' + b"[" * 100_000)
@example(b"\xff")
def test_whatever_lies_there_the_node_begins(garbage: bytes) -> None:
    """With nothing, and what was there is kept for somebody to look at."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "commands.json"
        path.write_bytes(garbage)
        assert StateFile(path).state == CommandState()
        (aside,) = Path(folder).iterdir()
        assert aside.name.startswith("commands.json.damaged-")
        assert aside.read_bytes() == garbage


def test_the_log_names_what_was_set_aside(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As an error, for a post that was muted no longer is."""
    path.write_bytes(b"{}")
    StateFile(path)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "is damaged" in record.getMessage()
    assert "commands.json.damaged-" in record.getMessage()


def test_no_more_than_two_damaged_files_are_kept(path: Path) -> None:
    """A disk that damages each of them is not filled."""
    for number in range(4):
        path.write_bytes(b"x" * number)
        StateFile(path)
    kept = sorted(path.parent.iterdir())
    assert [len(file.read_bytes()) for file in kept] == [2, 3]


def test_what_cannot_be_read_is_set_aside_too(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder in its place is no reason not to listen, nor to forget what comes."""
    path.mkdir()
    state_file = StateFile(path)
    assert state_file.state == CommandState()
    assert "cannot be read (Is a directory)" in caplog.text
    assert state_file.write(ALL)
    assert StateFile(path).state == ALL
    (aside,) = path.parent.glob("commands.json.damaged-*")
    assert aside.is_dir()


def test_what_cannot_be_set_aside_stays(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log says that, nothing is written over it, and whoever commands is told."""
    path = tmp_path / ("c" * 240)  # no name is left that says that it is damaged
    path.write_bytes(b"all that is left")
    state_file = StateFile(path)
    (record,) = caplog.records
    assert "is damaged" in record.getMessage()
    assert "cannot be set aside (File name too long)" in record.getMessage()
    assert "it is set aside as" not in record.getMessage()
    assert not state_file.write(ALL)
    assert path.read_bytes() == b"all that is left"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_last_one(path: Path) -> None:
    """Whole, as it was, and with nothing half-written beside it."""
    state_file = StateFile(path)
    state_file.write(ALL)
    with files_of_at_most(10):
        assert not state_file.write(CommandState())
    assert StateFile(path).state == ALL
    assert list(path.parent.iterdir()) == [path]


def test_where_nobody_is_obeyed_nothing_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who turns commands off turns off what they did, because nobody could take it back."""
    monkeypatch.setitem(os.environ, "STATE_DIRECTORY", str(tmp_path))
    StateFile(tmp_path / "commands.json").write(ALL)
    assert open_state_file(MqttConfig()) is None
    state_file = open_state_file(MqttConfig(commands=True))
    assert state_file is not None
    assert state_file.state == ALL


def test_where_nobody_is_obeyed_nothing_is_loaded() -> None:
    """The start of most nodes is not to take longer for it."""
    loaded = "import sys, soundpost.app; print(*(name for name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    modules = set(done.stdout.split())
    assert "soundpost.publish.publisher" in modules
    assert not {"soundpost.commands.executor", "soundpost.messages.command"} & modules


def test_it_lies_where_systemd_keeps_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nowhere without it."""
    monkeypatch.setitem(os.environ, "STATE_DIRECTORY", str(tmp_path))
    assert state_file_path() == tmp_path / "commands.json"
    monkeypatch.delitem(os.environ, "STATE_DIRECTORY")
    assert state_file_path() is None
