"""What a running daemon shows to those whom it is none of the business."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos import TALKATIVE, make_quick_bundle, write_restless
from daemon_process import DETECTIONS, Daemon, soundpost
from mosquitto import Access, Broker, MakeBroker, wait_until
from mqtt_subscriber import Subscriber

SECRET = "correct-horse-battery"  # noqa: S105 - it is what must be seen nowhere
USER = "north"
READER = ("reader", "page-turner")
LISTENING_TCP = "0A"
LISTENING_UNIX = 0x10000
CONFIG = f"""{TALKATIVE}
node.latitude = 52.5
node.longitude = 13.4
capture.source = "wav:{{folder}}/restless.wav"
evidence.folder = "{{folder}}/state/evidence"
evidence.keep_free_megabytes = 0
mqtt.username = "{{user}}"
mqtt.password_file = "{{folder}}/password"
mqtt.discovery = true
mqtt.health_seconds = 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All that the daemon needs, and an empty folder for its state."""
    make_quick_bundle(tmp_path / "bundle")
    write_restless(tmp_path / "restless.wav", 600.0)
    (tmp_path / "password").write_text(f"{SECRET}\n")
    (tmp_path / "password").chmod(0o600)
    (tmp_path / "state").mkdir()
    return tmp_path


@pytest.fixture
def broker(make_broker: MakeBroker) -> Broker:
    """One that asks for a password."""
    return make_broker(Access(passwords={USER: SECRET, READER[0]: READER[1]}))


@pytest.fixture
def daemon(folder: Path, broker: Broker) -> Iterator[Daemon]:
    """A daemon that uses all it has, under a umask that hides nothing."""
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


def wait_until_it_is_at_work(subscriber: Subscriber, folder: Path) -> None:
    """Return once it has told something and kept a clip of it."""
    subscriber.wait_for(lambda seen: any(m.topic == DETECTIONS for m in seen), 60.0)
    wait_until(lambda: any((folder / "state" / "evidence").glob("*.flac")))


def listening_sockets(process: int) -> list[str]:
    """The sockets at which a process lets others call, as the kernel lists them."""
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
    """Where a descriptor leads; nowhere when it was closed meanwhile."""
    try:
        return str(path.readlink())
    except FileNotFoundError:
        return ""


def test_nothing_listens(daemon: Daemon, folder: Path, broker: Broker) -> None:
    """Neither on the network nor on the machine; and the way to see it would see a broker."""
    with Subscriber(broker.port, user=READER) as subscriber:
        wait_until_it_is_at_work(subscriber, folder)
        assert not listening_sockets(daemon.process.pid)
    assert listening_sockets(broker.pid)


def test_files_are_for_the_owner_and_the_group(
    daemon: Daemon, folder: Path, broker: Broker
) -> None:
    """Whatever the umask: the outbox with its log and mark, clips, pictures, copies."""
    with Subscriber(broker.port, user=READER) as subscriber:
        wait_until_it_is_at_work(subscriber, folder)
        files = [path for path in (folder / "state").rglob("*") if path.is_file()]
        states = {path.name: path.stat() for path in files if path.exists()}
    assert daemon.process.poll() is None
    assert {"outbox.db", "outbox.db-wal", "outbox.db.mark", "last-good.toml"} <= states.keys()
    for name, state in states.items():
        assert state.st_mode & 0o137 == 0, f"{name} has mode {state.st_mode:o}"
        assert state.st_uid == os.geteuid()


def test_a_secret_is_told_to_the_broker_alone(daemon: Daemon, folder: Path, broker: Broker) -> None:
    """Neither the log nor `ps`, no message and no file of ours; nor is told where the post is."""
    process = Path("/proc", str(daemon.process.pid))
    with Subscriber(broker.port, user=READER) as subscriber:
        wait_until_it_is_at_work(subscriber, folder)
        shown = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        _, errors = daemon.terminate()
        told = b"".join(m.topic.encode() + m.payload for m in subscriber.received)
    kept = b"".join(path.read_bytes() for path in (folder / "state").rglob("*") if path.is_file())
    assert b"SQLite" in kept
    for place in (shown, errors.encode(), told, kept):
        assert SECRET.encode() not in place
    assert b"52.5" not in told


@pytest.mark.parametrize("name", ["model.tflite", "golden.npz"])
def test_a_bundle_that_was_touched_is_not_run(folder: Path, broker: Broker, name: str) -> None:
    """One bit of it is enough, at every start."""
    path = folder / "bundle" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    config = folder / "soundpost.toml"
    config.write_text(CONFIG.format(folder=folder, broker=broker.url, user=USER))
    answer = soundpost("run", "--config", str(config))
    assert answer.returncode == 78
    assert "sha256" in answer.stderr
