"""Files at the outbox's path that are not an outbox."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from daemon_process import soundpost
from recording import write_quiet
from sample_messages import message, outbox_file, sent

from soundpost.errors import ConfigError
from soundpost.publish.outbox.faults.foreign_file import require_own_file


def make_database(path: Path, *statements: str) -> None:
    """Writes the database of another program."""
    with closing(sqlite3.connect(path)) as database:
        for statement in (*statements, "CREATE TABLE precious (value)"):
            database.execute(statement)
        database.execute("INSERT INTO precious VALUES ('ours')")
        database.commit()


def make_socket(path: Path) -> None:
    """Binds a socket, which keeps its name when it is closed."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def make_link_to_database(path: Path) -> None:
    """Makes a link to the database of another program."""
    make_database(path.with_name("theirs.db"))
    path.symlink_to("theirs.db")


FOREIGN: dict[str, Callable[[Path], object]] = {
    "database": make_database,
    "database in WAL mode": lambda path: make_database(path, "PRAGMA journal_mode = WAL"),
    "database of a known program": lambda path: make_database(path, "PRAGMA application_id = 7"),
    "text": lambda path: path.write_text("minutes of the meeting\n"),
    "dump of an outbox": lambda path: path.write_text("CREATE TABLE detections (\n  seq INTEGER"),
    "one byte": lambda path: path.write_bytes(b"\0"),
    "sound": lambda path: path.write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt "),
    "folder": Path.mkdir,
    "FIFO": os.mkfifo,
    "socket": make_socket,
    "device": lambda path: path.symlink_to("/dev/null"),
    "loop of links": lambda path: path.symlink_to(path),
    "link to a database": make_link_to_database,
}
"""What may be at the path and is not an outbox, and a function that puts it there."""


def content(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Returns the mode and the bytes of everything in a folder."""
    return {
        path.name: (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in folder.iterdir()
    }


@pytest.mark.parametrize("kind", FOREIGN)
def test_it_is_refused_and_left_as_it_was(tmp_path: Path, kind: str) -> None:
    """With an error in the configuration, not an outage of the disk."""
    path = tmp_path / "outbox.db"
    FOREIGN[kind](path)
    before = content(tmp_path)
    with pytest.raises(ConfigError, match="expected an outbox") as caught:
        outbox_file(path)
    assert caught.value.exit_status == 78
    assert str(path) in str(caught.value)
    assert content(tmp_path) == before


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize("kind", ["database", "text", "folder", "FIFO"])
def test_the_commands_end_with_the_status_of_a_wrong_configuration(
    tmp_path: Path, command: str, kind: str
) -> None:
    """`check` and `run` agree."""
    path = tmp_path / "outbox.db"
    FOREIGN[kind](path)
    before = content(tmp_path)
    config = tmp_path.with_suffix(".toml")
    config.write_text(f'mqtt.outbox = "{path}"\nmqtt.broker = "mqtt://127.0.0.1:1"\n')
    sound = tmp_path.with_suffix(".wav")
    write_quiet(sound, 1.0)
    done = soundpost(command, "--config", str(config), "--source", f"wav:{sound}")
    assert "expected an outbox of soundpost" in done.stdout + done.stderr
    assert done.returncode == 78
    assert content(tmp_path) == before


def test_a_program_that_uses_its_database_is_not_disturbed(tmp_path: Path) -> None:
    """It may have it open, and locked."""
    path = tmp_path / "outbox.db"
    make_database(path, "PRAGMA journal_mode = WAL")
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO precious VALUES ('more')")
        before = sorted(file.name for file in tmp_path.iterdir())
        with pytest.raises(ConfigError):
            require_own_file(path)
        assert sorted(file.name for file in tmp_path.iterdir()) == before
        database.execute("COMMIT")
        assert database.execute("SELECT count(*) FROM precious").fetchone() == (2,)


def test_a_database_in_place_of_an_outbox_is_refused_too(tmp_path: Path) -> None:
    """Although the mark of the outbox is beside it."""
    path = tmp_path / "outbox.db"
    outbox, writer = outbox_file(path)
    outbox.intake.append(message(1))
    writer.write_pending()
    writer.close()
    path.unlink()
    make_database(path)
    with pytest.raises(ConfigError, match="a database of another program"):
        outbox_file(path)


@pytest.mark.parametrize("statement", ["", "VACUUM", "PRAGMA journal_mode = WAL"])
def test_an_empty_file_becomes_an_outbox(tmp_path: Path, statement: str) -> None:
    """Also an SQLite database without a table, as an installer may prepare it."""
    path = tmp_path / "outbox.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
    path.touch()
    outbox, writer = outbox_file(path)
    outbox.intake.append(message(1))
    assert sent(outbox, writer) == [1]


def test_a_new_outbox_that_was_killed_is_still_one(tmp_path: Path) -> None:
    """All of it is in the log (WAL) then, and there is no mark yet."""
    path = tmp_path / "outbox.db"
    program = (
        "import os, sys; from pathlib import Path;"
        "from soundpost.publish.outbox.store import Store;"
        "store = Store(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert path.with_name("outbox.db-wal").stat().st_size
    require_own_file(path)
    outbox, writer = outbox_file(path)
    outbox.intake.append(message(1))
    assert sent(outbox, writer) == [1]


def test_garbage_in_the_folder_of_the_service_is_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other program writes there, so the daemon sets it aside, and runs."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    (tmp_path / "outbox.db").write_bytes(b"\xff" * 5_000)
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    outbox.intake.append(message(outbox.intake.last_seq + 1))
    assert len(sent(outbox, writer)) == 1
    assert len(list(tmp_path.glob("outbox.db.damaged-*Z"))) == 1
