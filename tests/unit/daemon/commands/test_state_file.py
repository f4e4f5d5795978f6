"""The state file of commands: checksummed, set aside when damaged, atomically written."""

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
from odd_files import KINDS

from soundpost.commands import open_state_file
from soundpost.commands.history import HistoryEntry
from soundpost.commands.state_file import CommandState, StateFile, state_file_path
from soundpost.config import MqttConfig
from soundpost.decide import Mute, MutesState, Override
from soundpost.messages.result import CommandStatus, ResultMessage

RESULT = ResultMessage(
    node="north-gate",
    id="a1",
    command="reload",
    status=CommandStatus.DONE,
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
    """The place of the file, which does not exist yet."""
    return tmp_path / "commands.json"


@pytest.mark.parametrize("kind", ["a FIFO", "a socket", "a device", "a sparse file", "a folder"])
def test_a_file_of_another_kind_is_set_aside(
    path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is neither waited for nor read to its end."""
    KINDS[kind](path)
    state_file = StateFile(path)
    assert state_file.state == CommandState()
    assert "cannot be read" in caplog.text
    assert state_file.write(ALL)
    assert StateFile(path).state == ALL


def test_the_state_is_the_same_after_a_restart(path: Path) -> None:
    """Mutes, overrides and results are restored."""
    first = StateFile(path)
    assert first.state == CommandState()
    assert first.write(ALL)
    assert StateFile(path).state == ALL


def test_the_file_is_readable_by_owner_and_group_only(path: Path) -> None:
    """It shows when the node is muted."""
    StateFile(path).write(ALL)
    assert path.stat().st_mode & 0o777 == 0o640


def test_without_a_path_nothing_is_saved() -> None:
    """A write returns False."""
    state_file = StateFile(None)
    assert not state_file.write(ALL)
    assert state_file.state == CommandState()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The content of a valid file."""
    path = tmp_path_factory.mktemp("memory") / "commands.json"
    StateFile(path).write(ALL)
    return path.read_bytes()


@given(st.integers(0, 10_000), st.integers(1, 255), st.booleans())
def test_any_damage_is_detected(
    written: bytes,
    at: int,
    change: int,
    cut: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    """Any byte changed, or the file cut off anywhere, gives an empty state."""
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
def test_garbage_is_set_aside_and_the_state_is_empty(garbage: bytes) -> None:
    """The content is kept for a person to examine."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "commands.json"
        path.write_bytes(garbage)
        assert StateFile(path).state == CommandState()
        (moved,) = Path(folder).iterdir()
        assert moved.name.startswith("commands.json.damaged-")
        assert moved.read_bytes() == garbage


def test_a_damaged_file_is_logged_as_an_error_with_its_new_name(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A node that was muted no longer is."""
    path.write_bytes(b"{}")
    StateFile(path)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "is damaged" in record.getMessage()
    assert "commands.json.damaged-" in record.getMessage()


def test_no_more_than_two_damaged_files_are_kept(path: Path) -> None:
    """A disk that damages every file is not filled."""
    for number in range(4):
        path.write_bytes(b"x" * number)
        StateFile(path)
    kept = sorted(path.parent.iterdir())
    assert [len(file.read_bytes()) for file in kept] == [2, 3]


def test_an_unreadable_file_is_set_aside(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder in its place neither stops the node nor prevents the next write."""
    path.mkdir()
    state_file = StateFile(path)
    assert state_file.state == CommandState()
    assert "cannot be read (Is a directory)" in caplog.text
    assert state_file.write(ALL)
    assert StateFile(path).state == ALL
    (moved,) = path.parent.glob("commands.json.damaged-*")
    assert moved.is_dir()


def test_a_damaged_file_that_cannot_be_set_aside_is_never_overwritten(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Both faults are logged, and a write returns False."""
    path = tmp_path / ("c" * 240)  # with the suffix for damaged files the name is too long
    path.write_bytes(b"all that is left")
    state_file = StateFile(path)
    (record,) = caplog.records
    assert "is damaged" in record.getMessage()
    assert "cannot be set aside (File name too long)" in record.getMessage()
    assert "it is set aside as" not in record.getMessage()
    assert not state_file.write(ALL)
    assert path.read_bytes() == b"all that is left"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_previous_file(path: Path) -> None:
    """No partial file is left beside it."""
    state_file = StateFile(path)
    state_file.write(ALL)
    with files_of_at_most(10):
        assert not state_file.write(CommandState())
    assert StateFile(path).state == ALL
    assert list(path.parent.iterdir()) == [path]


def test_without_commands_no_state_is_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mute from an earlier run could not be undone."""
    monkeypatch.setitem(os.environ, "STATE_DIRECTORY", str(tmp_path))
    StateFile(tmp_path / "commands.json").write(ALL)
    assert open_state_file(MqttConfig()) is None
    state_file = open_state_file(MqttConfig(commands=True))
    assert state_file is not None
    assert state_file.state == ALL


def test_without_commands_their_modules_are_not_imported() -> None:
    """Most nodes have no commands, and start faster without these modules."""
    loaded = "import sys, soundpost.app; print(*(name for name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    modules = set(done.stdout.split())
    assert "soundpost.publish.publisher" in modules
    assert not {"soundpost.commands.executor", "soundpost.messages.command"} & modules


def test_the_file_is_in_the_state_directory_of_systemd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a state directory there is no file."""
    monkeypatch.setitem(os.environ, "STATE_DIRECTORY", str(tmp_path))
    assert state_file_path() == tmp_path / "commands.json"
    monkeypatch.delitem(os.environ, "STATE_DIRECTORY")
    assert state_file_path() is None
