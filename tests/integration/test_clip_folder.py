"""The real process and a folder of clips that is hostile, huge or slow."""

import json
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import DETECTIONS, HEALTH, running
from many_clips import CLIP_BYTES, write_many_clips
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from notify_socket import ServiceManager
from odd_files import STEM, write_sidecar
from recording import write_quiet, write_tones

TINY = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"
CLIPS = 20_000
WATCHDOG_SECONDS = 0.4
"""A sign is sent four times as often, after each chunk of 0.1 s that comes late enough."""


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[ServiceManager]:
    """Provides a service manager with a short watchdog."""
    with ServiceManager(tmp_path, WATCHDOG_SECONDS) as service_manager:
        yield service_manager


@pytest.fixture
def slow_disk(tmp_path: Path) -> Path:
    """Provides a library that makes each removal take 10 ms."""
    if not shutil.which("cc"):
        pytest.skip("no C compiler: apt-get install gcc libc6-dev")
    library = tmp_path / "slow_disk.so"
    source = Path(__file__).resolve().parents[1] / "support" / "slow_disk.c"
    flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Werror"]
    subprocess.run(["cc", *flags, "-o", str(library), str(source)], check=True)
    return library


def configuration(folder: Path, broker: Broker, budget_megabytes: int) -> list[str]:
    """Returns the arguments of a daemon with ten quiet minutes, at the pace of a microphone."""
    write_quiet(folder / "quiet.wav", 600.0)
    config = folder / "soundpost.toml"
    config.write_text(
        f'[evidence]\nfolder = "{folder}/clips"\nkeep_free_megabytes = 0\n'
        f"budget_megabytes = {budget_megabytes}\n"
        "[decide]\non_threshold = 0.36\noff_threshold = 0.33\nsmoothing_windows = 2\n"
    )
    sound = ["--source", f"wav:{folder}/quiet.wav", "--pace", "real", "--bundle", str(TINY)]
    return ["--config", str(config), "--broker", broker.url, *sound]


def test_a_fifo_named_like_a_sidecar_neither_hangs_the_start_nor_the_stop(
    broker: Broker, tmp_path: Path, manager: ServiceManager
) -> None:
    """The daemon is ready, its watchdog is fed, and SIGTERM ends it."""
    clips = tmp_path / "clips"
    clips.mkdir()
    os.mkfifo(clips / f"{STEM}.json")
    os.mkfifo(clips / f".{STEM}.json.part")
    os.mkfifo(clips / "20261120T073122Z-dog-0000000b.flac")
    write_sidecar(clips, "20261120T073122Z-dog-0000000b")
    theirs = set(clips.iterdir())
    arguments = configuration(tmp_path, broker, 100)
    with running(*arguments, environment=os.environ | manager.environment) as daemon:
        manager.wait_for("READY=1")
        manager.wait_for("WATCHDOG=1", 3)
        status, errors = daemon.terminate()
    assert status == 0, errors
    assert "Traceback" not in errors
    assert errors.count("is ignored") == 1
    assert theirs <= set(clips.iterdir())


def test_detection_goes_on_without_descriptors(
    broker: Broker, tmp_path: Path, manager: ServiceManager
) -> None:
    """Every event is published, without its clip, and the watchdog is fed to the end."""
    arguments = configuration(tmp_path, broker, 100)
    write_tones(tmp_path / "quiet.wav")
    with (
        Subscriber(broker.port, "soundpost/#") as subscriber,
        running(*arguments, environment=os.environ | manager.environment) as daemon,
    ):
        manager.wait_for("WATCHDOG=1")
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (3, 3))
        signs = len(manager.times("WATCHDOG=1"))
        status, errors = daemon.wait()
        messages = subscriber.wait_for(lambda got: any(m.payload == b"offline" for m in got))
    assert status == 0, errors
    assert errors.count("Too many open files") == 1
    events = [json.loads(m.payload) for m in messages if m.topic == DETECTIONS]
    assert [row for row in events if row["state"] == "ended"]
    assert not [row for row in events if row["clip"]]
    health = json.loads([m for m in messages if m.topic == HEALTH][-1].payload)["counters"]
    assert health["clips_lost"] == sum(row["state"] == "ended" for row in events)
    assert len(manager.times("WATCHDOG=1")) > signs


def test_a_cut_budget_delays_no_sign_of_the_watchdog_and_no_stop(
    broker: Broker, tmp_path: Path, manager: ServiceManager, slow_disk: Path
) -> None:
    """Removing 18,000 clips takes ten minutes of a slow disk; the daemon goes on meanwhile."""
    clips = tmp_path / "clips"
    write_many_clips(clips, CLIPS)
    budget_megabytes = CLIPS * CLIP_BYTES // 10 // 10**6
    arguments = configuration(tmp_path, broker, budget_megabytes)
    environment = os.environ | manager.environment | {"LD_PRELOAD": str(slow_disk)}
    with running(*arguments, environment=environment) as daemon:
        manager.wait_for("READY=1")
        seen = 0
        while sum(1 for _ in clips.iterdir()) >= 3 * CLIPS:
            seen = len(manager.wait_for("WATCHDOG=1", seen + 1))
        manager.wait_for("WATCHDOG=1", seen + 5)
        status, errors = daemon.terminate()
    assert status == 0, errors
    left = len(list(clips.glob("*.flac")))
    assert CLIPS // 2 < left < CLIPS
    shutil.rmtree(clips)
