"""The daemon with a camera as its source, as a real process."""

import os
import re
import signal
import time
from pathlib import Path

import pytest
from daemon_process import Daemon, running, soundpost
from health_reader import HealthReader
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from rtsp_server import MakeCamera
from stream_recorder import TIMEOUT_SECONDS, children

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"
USER, PASSWORD = "viewer", "s3cret/w:rd@"
SECRETS = (PASSWORD, "s3cret%2Fw%3Ard%40", "s3cret")
LOGIN = ("--user", USER, "--password", PASSWORD)


def write_config(folder: Path, url: str, broker: str) -> Path:
    """Writes a configuration and its password file; returns the path of the configuration."""
    password_file = folder / "camera-password"
    password_file.write_text(f"{PASSWORD}\n")
    password_file.chmod(0o600)
    config = folder / "soundpost.toml"
    config.write_text(
        f'classify.bundle = "{GOLDEN}"\nmqtt.health_seconds = 1\nmqtt.broker = "{broker}"\n'
        f'mqtt.outbox = "{folder / "outbox.db"}"\n'
        f'[capture]\nsource = "{url}"\npassword_file = "{password_file}"\n'
    )
    return config


def wait_for_children(parent: int | None, count: int) -> list[int]:
    """Returns the ffmpeg processes once there are that many."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while len(found := children(parent=parent)) != count:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def files_of(process: int) -> bytes:
    """Returns what every user of the machine, or its own, can see of a process."""
    return b"".join(Path(f"/proc/{process}/{name}").read_bytes() for name in ("cmdline", "environ"))


def test_health_follows_a_camera_that_is_lost_and_back(
    broker: Broker, subscriber: Subscriber, make_camera: MakeCamera, tmp_path: Path
) -> None:
    """Events and health go on; the password is in no message, log, argument or environment."""
    camera = make_camera(*LOGIN)
    config = write_config(tmp_path, camera.url(user=USER), broker.url)
    reader = HealthReader(subscriber)
    with running("--config", str(config)) as daemon:
        reader.wait_for([])
        (child,) = wait_for_children(daemon.process.pid, 1)
        seen = files_of(child) + files_of(daemon.process.pid)
        camera.kill()
        lost = reader.wait_for(["no_samples"])
        camera.start()
        back = reader.wait_for([])
        status, errors = daemon.terminate()
    assert status == 0, errors
    assert (lost["counters"]["reopens"], back["counters"]["reopens"]) == (0, 1)
    published = "".join(message.text for message in subscriber.received)
    assert camera.url().encode() not in seen
    for secret in SECRETS:
        assert secret.encode() not in seen
        assert secret not in errors + published
    assert children(parent=daemon.process.pid) == []


@pytest.mark.parametrize("is_frozen", [False, True], ids=["camera sends", "camera is frozen"])
def test_a_killed_daemon_leaves_no_child(
    broker: Broker, make_camera: MakeCamera, tmp_path: Path, *, is_frozen: bool
) -> None:
    """Also when ffmpeg writes nothing, and so does not notice that its pipe is closed."""
    camera = make_camera(*LOGIN)
    daemon = Daemon(["--config", str(write_config(tmp_path, camera.url(user=USER), broker.url))])
    try:
        daemon.wait_for_log("recording from")
        (child,) = wait_for_children(daemon.process.pid, 1)
        if is_frozen:
            camera.freeze()
            time.sleep(0.5)  # what is on its way arrives
    finally:
        daemon.kill()
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while child in children():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_daemon_that_is_stopped_while_its_camera_hangs_ends(
    broker: Broker, make_camera: MakeCamera, tmp_path: Path
) -> None:
    """Ffmpeg, which waits for the camera, is killed after a second, and SIGTERM is obeyed."""
    camera = make_camera(*LOGIN)
    with running(
        "--config", str(write_config(tmp_path, camera.url(user=USER), broker.url))
    ) as daemon:
        daemon.wait_for_log("recording from")
        camera.freeze()
        time.sleep(0.5)
        daemon.process.send_signal(signal.SIGTERM)
        status, errors = daemon.wait()
        assert children(parent=os.getpid()) == []
    assert status == 0, errors


def test_check_states_what_it_found_of_a_camera(
    broker: Broker, make_camera: MakeCamera, tmp_path: Path
) -> None:
    """The line of the sound has the format, the channels and the level."""
    config = write_config(tmp_path, make_camera(*LOGIN).url("stereo", user=USER), broker.url)
    done = soundpost("check", "--config", str(config))
    assert done.returncode == 0, done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("ok    sound")]
    assert f"{USER}@127.0.0.1" in line
    assert "48000 Hz, channel 2 of 2: 48" in line
    assert re.search(r"-(4\.9|5\.0) dBFS", line)
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS)


def test_check_states_the_reason_of_a_refusal(
    broker: Broker, make_camera: MakeCamera, tmp_path: Path
) -> None:
    """With the hint and without the password; the other steps are run."""
    camera = make_camera(*LOGIN[:3], "another")
    config = write_config(tmp_path, camera.url(user=USER), broker.url)
    done = soundpost("check", "--config", str(config))
    assert done.returncode == 1
    assert "FAIL  sound" in done.stdout
    assert "401 Unauthorized" in done.stdout
    assert "capture.password_file" in done.stdout
    assert "ok    broker" in done.stdout
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS)


@pytest.mark.parametrize("command", ["check", "run"])
def test_without_ffmpeg_the_error_names_the_package(
    broker: Broker, tmp_path: Path, command: str
) -> None:
    """Nothing is retried that only an administrator can mend."""
    config = write_config(tmp_path, f"rtsp://{USER}@127.0.0.1:9/camera", broker.url)
    environment = {**os.environ, "PATH": str(tmp_path)}
    done = soundpost(command, "--config", str(config), environment=environment)
    assert done.returncode == 1
    assert "apt install ffmpeg" in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_password_in_the_url_is_an_error_of_the_configuration(command: str) -> None:
    """The exit status keeps systemd from restarting, and the password is not printed."""
    done = soundpost(command, "--source", f"rtsp://{USER}:s3cret@camera/")
    assert done.returncode == 78
    assert "password in its URL" in done.stdout + done.stderr
    assert "s3cret" not in done.stdout + done.stderr
