"""The installed service with a microphone whose sound server freezes."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from booted import SHARED, Booted
from debian_root import built_package, own_architecture, sounding_root
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from outside_card import ENVIRONMENT, SOURCE, start_card
from sound_card import SAMPLE_RATE_HZ, SoundCard

pytestmark = [pytest.mark.boot, pytest.mark.timeout(1_800)]

UNIT = "soundpost.service"
NODE = "north-gate"
DETECTIONS = f"soundpost/{NODE}/detections"
MINUTES = 10
WATCHDOG_SECONDS = 12
"""Four times the time without samples after which the microphone counts as lost."""
FEEDS = 6
"""The watchdog is fed four times in its timeout: so many feeds take longer than it."""
CONFIG = """
node.name = "{node}"
capture.source = "{source}"
mqtt.broker = "{broker}"
decide.on_threshold = 0.05
decide.off_threshold = 0.04
"""
DROP_IN = f"""[Service]
WatchdogSec={WATCHDOG_SECONDS}s
TimeoutAbortSec=1s
RestartSec=1s
{ENVIRONMENT}"""


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """A folder that the booted Debian shares; a socket needs its path to be short."""
    with tempfile.TemporaryDirectory(prefix="card-") as folder:
        path = Path(folder)
        (path / "soundpost.deb").write_bytes(built_package(12, own_architecture()).read_bytes())
        yield path


@pytest.fixture(scope="module")
def card(shared: Path) -> Iterator[SoundCard]:
    """A sound card outside, on which bursts of noise are played all the time."""
    card = start_card(shared)
    noise = np.random.default_rng(4).normal(0.0, 0.2, (MINUTES * 30, 2 * SAMPLE_RATE_HZ))
    noise[::2] = 0.0
    soundfile.write(shared / "noise.wav", np.clip(noise.reshape(-1), -1, 0.99), SAMPLE_RATE_HZ)
    play = ["paplay", "--latency-msec=1000", str(shared / "noise.wav")]
    with subprocess.Popen(play, env=card.environment) as playing:
        yield card
        card.thaw()
        playing.kill()
    card.kill()


@pytest.fixture(scope="module")
def booted(shared: Path, card: SoundCard) -> Iterator[Booted]:
    """A Debian 12 with the package, connected to the sound card."""
    del card
    with Booted(sounding_root(12), shared) as booted:
        booted.run("dpkg", "--install", str(SHARED / "soundpost.deb"))
        booted.write(f"/run/systemd/system/{UNIT}.d/impatient.conf", DROP_IN)
        yield booted


@pytest.fixture
def service(booted: Booted, broker: Broker) -> Iterator[Booted]:
    """The running service."""
    text = CONFIG.format(node=NODE, source=SOURCE, broker=broker.url)
    booted.write("/etc/soundpost/soundpost.toml", text)
    booted.run("systemctl", "daemon-reload")
    booted.run("systemctl", "restart", UNIT)
    yield booted
    booted.run("systemctl", "stop", UNIT, check=False)
    booted.run("systemctl", "reset-failed", UNIT, check=False)


def wait_for_detections(subscriber: Subscriber) -> None:
    """Waits for two more detections."""
    wanted = len(subscriber.on(DETECTIONS)) + 2
    subscriber.wait_for(lambda seen: sum(m.topic == DETECTIONS for m in seen) >= wanted, 120.0)


def test_a_frozen_sound_server_does_not_cause_a_restart(
    service: Booted, card: SoundCard, subscriber: Subscriber
) -> None:
    """To stop a stream would hang, so it is not stopped, and the watchdog is still fed."""
    wait_for_detections(subscriber)
    process = service.property_of(UNIT, "MainPID")
    card.freeze()
    service.wait_for(lambda: "no_samples" in service.property_of(UNIT, "StatusText"))
    fed = service.property_of(UNIT, "WatchdogTimestampMonotonic")
    for _ in range(FEEDS):
        before = fed
        service.wait_for(
            lambda: service.property_of(UNIT, "WatchdogTimestampMonotonic") != before  # noqa: B023 - called at once
        )
        fed = service.property_of(UNIT, "WatchdogTimestampMonotonic")
    card.thaw()
    wait_for_detections(subscriber)
    assert service.property_of(UNIT, "NRestarts") == "0"
    assert service.property_of(UNIT, "MainPID") == process


def test_a_sound_server_that_is_frozen_at_the_start_is_retried(
    service: Booted, card: SoundCard, subscriber: Subscriber
) -> None:
    """A hang inside PortAudio ends the process; systemd restarts it until sound is captured."""
    wait_for_detections(subscriber)
    card.freeze()
    service.run("systemctl", "restart", "--no-block", UNIT)
    service.wait_for(lambda: service.property_of(UNIT, "NRestarts") not in {"", "0"})
    assert "the sound system did not answer" in service.journal(UNIT)
    card.thaw()
    wait_for_detections(subscriber)
    assert service.property_of(UNIT, "ActiveState") == "active"
