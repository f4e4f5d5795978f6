"""Raw PCM on the standard input of the daemon, as a real process."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from daemon_process import DETECTIONS, HEALTH, NODE, SOUNDPOST, soundpost
from mosquitto import Broker
from mqtt_subscriber import PATIENCE_SECONDS, Subscriber

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"

WRITER = "import os, time; os.write(1, bytes(64_000)); time.sleep(60)"


def tone(rate_hz: int, seconds: float) -> bytes:
    """Returns the sound of the label `hum`, s16le."""
    phase = 2 * np.pi * 1_000 * np.arange(round(rate_hz * seconds)) / rate_hz
    return (8_000 * np.sin(phase)).astype("<i2").tobytes()


def arguments(broker: Broker, rate_hz: int) -> list[str]:
    """Returns the arguments of `run` and of `check`."""
    source = ["--source", "pcm:-", "--rate", str(rate_hz)]
    return [*source, "--bundle", str(GOLDEN), "--broker", broker.url]


@pytest.mark.parametrize("rate_hz", [16_000, 48_000, 384_000])
def test_events_of_a_pipe_are_published_to_its_end(
    broker: Broker, subscriber: Subscriber, rate_hz: int
) -> None:
    """At every rate, with odd bytes at the end; the exit status is 0."""
    done = subprocess.run(
        [str(SOUNDPOST), "run", "--node", NODE, "--pace", "fast", *arguments(broker, rate_hz)],
        input=tone(rate_hz, 6.0) + b"\x01",
        capture_output=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    assert b"1 bytes at its end are not a whole frame" in done.stderr
    messages = [json.loads(message.payload) for message in subscriber.on(DETECTIONS)]
    assert [message["label"] for message in messages if message["state"] == "started"] == ["hum"]
    health = json.loads(subscriber.on(HEALTH)[-1].payload)
    assert health["heard_seconds"] == pytest.approx(6.0)
    assert health["counters"]["overflows"] == 0


def test_a_writer_that_dies_ends_the_events(broker: Broker, subscriber: Subscriber) -> None:
    """As the end of a file does."""
    with subprocess.Popen([sys.executable, "-c", WRITER], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        daemon = subprocess.Popen(
            [str(SOUNDPOST), "run", "--node", NODE, *arguments(broker, 16_000)],
            stdin=writer.stdout,
            stderr=subprocess.PIPE,
        )
        writer.stdout.close()
        subscriber.wait_for(lambda received: any(m.topic == HEALTH for m in received))
        time.sleep(0.5)
        writer.kill()
        _, errors = daemon.communicate(timeout=PATIENCE_SECONDS)
    assert daemon.returncode == 0, errors


def test_sigterm_ends_a_daemon_that_waits_for_its_writer(broker: Broker) -> None:
    """The pipe is open and empty."""
    with subprocess.Popen(
        [str(SOUNDPOST), "run", "--node", NODE, *arguments(broker, 16_000)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as daemon:
        assert daemon.stderr is not None
        assert "capturing from pcm:-" in daemon.stderr.readline()
        time.sleep(0.5)
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(PATIENCE_SECONDS) == 0


def test_check_states_what_the_pipe_has(broker: Broker) -> None:
    """The format as it was configured, and the level that shows whether it is right."""
    done = subprocess.run(
        [str(SOUNDPOST), "check", *arguments(broker, 48_000)],
        input=tone(48_000, 4.0),
        capture_output=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stdout
    assert b"pcm:-: 48000 Hz, channel 1 of 1, s16le: 144000 samples, -15.3 dBFS" in done.stdout


def test_without_a_pipe_the_error_says_how_to_make_one() -> None:
    """A service has /dev/null as its standard input."""
    for command in ("run", "check"):
        done = soundpost(command, "--source", "pcm:-", "--bundle", str(GOLDEN))
        assert done.returncode == 1
        assert "expected PCM on standard input" in done.stdout + done.stderr
        assert "arecord" in done.stdout + done.stderr
