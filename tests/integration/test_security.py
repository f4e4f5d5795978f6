"""Security of a running daemon: sockets, file modes, secrets, integrity of the bundle."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos import BUSY_CONFIG, make_quick_bundle, write_busy_recording
from daemon_process import DETECTIONS, Daemon, soundpost
from mosquitto import Access, Broker, MakeBroker, wait_until
from mqtt_subscriber import Subscriber

SECRET = "correct-horse-battery"  # noqa: S105 - a made-up password, which must not appear anywhere
USER = "north"
READER = ("reader", "page-turner")
LISTENING_TCP = "0A"
LISTENING_UNIX = 0x10000
CONFIG = f"""{BUSY_CONFIG}
node.latitude = 52.5
node.longitude = 13.4
capture.source = "wav:{{folder}}/busy.wav"
evidence.folder = "{{folder}}/state/evidence"
evidence.keep_free_megabytes = 0
mqtt.username = "{{user}}"
mqtt.password_file = "{{folder}}/password"
mqtt.discovery = true
mqtt.health_seconds = 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with bundle, recording and password file, and an empty folder for the state."""
    make_quick_bundle(tmp_path / "bundle")
    write_busy_recording(tmp_path / "busy.wav", 600.0)
    (tmp_path / "password").write_text(f"{SECRET}\n")
    (tmp_path / "password").chmod(0o600)
    (tmp_path / "state").mkdir()
    return tmp_path


@pytest.fixture
def broker(make_broker: MakeBroker) -> Broker:
    """A broker that requires a password."""
    return make_broker(Access(passwords={USER: SECRET, READER[0]: READER[1]}))


@pytest.fixture
def daemon(folder: Path, broker: Broker) -> Iterator[Daemon]:
    """A daemon with all features that write files, under a umask that masks nothing."""
    config = folder / "soundpost.toml"
    config.write_text(CONFIG.format(folder=folder, broker=broker.url, user=USER))
    before = os.umask(0)
    try:
        environment = {**os.environ, "STATE_DIRECTORY": str(folder / "state")}
        daemon = Daemon(["--config", str(config)], environment)
    finally:
        os.umask(before)
    yield daemon
    daemon.kill()


def wait_for_detection_and_clip(subscriber: Subscriber, folder: Path) -> None:
    """Waits until the daemon has published a detection and stored a clip."""
    subscriber.wait_for(lambda seen: any(m.topic == DETECTIONS for m in seen), 60.0)
    wait_until(lambda: any((folder / "state" / "evidence").glob("*.flac")))


def listening_sockets(process: int) -> list[str]:
    """Returns the sockets on which a process accepts connections, from /proc."""
    own = {
        target.removeprefix("socket:[").removesuffix("]")
        for path in Path(f"/proc/{process}/fd").iterdir()
        if (target := read_link(path)).startswith("socket:")
    }
    found = []
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{name}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == LISTENING_TCP and columns[9] in own:
                found.append(line)
    for line in Path(f"/proc/{process}/net/unix").read_text().splitlines()[1:]:
        columns = line.split()
        if int(columns[3], 16) & LISTENING_UNIX and columns[6] in own:
            found.append(line)
    for name in ("udp", "udp6"):
        lines = Path(f"/proc/{process}/net/{name}").read_text().splitlines()[1:]
        found += [line for line in lines if line.split()[9] in own]
    return found


def read_link(path: Path) -> str:
    """Returns the target of a descriptor; empty if it was closed meanwhile."""
    try:
        return str(path.readlink())
    except FileNotFoundError:
        return ""


def test_the_daemon_has_no_listening_socket(daemon: Daemon, folder: Path, broker: Broker) -> None:
    """The same method finds the sockets of the broker."""
    with Subscriber(broker.port, user=READER) as subscriber:
        wait_for_detection_and_clip(subscriber, folder)
        assert not listening_sockets(daemon.process.pid)
    assert listening_sockets(broker.pid)


def test_files_are_readable_by_owner_and_group_only(
    daemon: Daemon, folder: Path, broker: Broker
) -> None:
    """This holds under any umask for the outbox with log and mark, clips, pictures and copies."""
    with Subscriber(broker.port, user=READER) as subscriber:
        wait_for_detection_and_clip(subscriber, folder)
        files = [path for path in (folder / "state").rglob("*") if path.is_file()]
        states = {path.name: path.stat() for path in files if path.exists()}
    assert daemon.process.poll() is None
    assert {"outbox.db", "outbox.db-wal", "outbox.db.mark", "last-good.toml"} <= states.keys()
    for name, state in states.items():
        assert state.st_mode & 0o137 == 0, f"{name} has mode {state.st_mode:o}"
        assert state.st_uid == os.geteuid()


def test_the_password_is_sent_to_the_broker_only(
    daemon: Daemon, folder: Path, broker: Broker
) -> None:
    """It is not in the log, in `ps`, in messages or in files; the position is in no message."""
    process = Path("/proc", str(daemon.process.pid))
    with Subscriber(broker.port, user=READER) as subscriber:
        wait_for_detection_and_clip(subscriber, folder)
        visible = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        _, errors = daemon.terminate()
        published = b"".join(m.topic.encode() + m.payload for m in subscriber.received)
    stored = b"".join(path.read_bytes() for path in (folder / "state").rglob("*") if path.is_file())
    assert b"SQLite" in stored
    for content in (visible, errors.encode(), published, stored):
        assert SECRET.encode() not in content
    assert b"52.5" not in published


@pytest.mark.parametrize("name", ["model.tflite", "golden.npz"])
def test_a_bundle_with_one_changed_bit_is_not_run(folder: Path, broker: Broker, name: str) -> None:
    """The hash is verified at every start."""
    path = folder / "bundle" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    config = folder / "soundpost.toml"
    config.write_text(CONFIG.format(folder=folder, broker=broker.url, user=USER))
    answer = soundpost("run", "--config", str(config))
    assert answer.returncode == 78
    assert "sha256" in answer.stderr
