"""Recordings as the field delivers them: `listen` and `run` read what is left of them."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from daemon_process import DETECTIONS, NODE, SOUNDPOST, STATUS, running, soundpost
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber

from soundpost.recording.decoders.ffmpeg_process import PROGRAM
from sounds import RATE_HZ, siren

SIREN = f"soundpost/{NODE}/sound/siren"
BUNDLE = ("--bundle", "esc50")
"""A closed set, in which a made siren has one label."""


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    """Provides faint noise for two seconds, then a siren for ten, int16[n]."""
    rng = np.random.default_rng(3)
    noise = rng.normal(0.0, 0.001, 12 * RATE_HZ)
    noise[2 * RATE_HZ :] += 0.1 * siren(10.0, rng)
    return np.rint(noise * 32_767).astype(np.int16)


def events(text: str) -> list[tuple[str, str]]:
    """Returns state and label of the detections that `listen` printed."""
    rows = [json.loads(line) for line in text.splitlines()]
    return [(row["state"], row["label"]) for row in rows]


def is_offline(messages: list[Received]) -> bool:
    """Returns whether the status `offline` was published."""
    return any(m.topic == STATUS and m.payload == b"offline" for m in messages)


@pytest.mark.parametrize("container", ["FLAC", "WAV", "W64", "OGG", "MP3"])
def test_a_source_that_breaks_off_ends_its_event(
    tmp_path: Path, broker: Broker, subscriber: Subscriber, sound: np.ndarray, container: str
) -> None:
    """Cut in the middle of a siren: `ended`, the retained state is OFF, one warning, status 0."""
    path = tmp_path / "night.bin"
    soundfile.write(path, sound, RATE_HZ, format=container)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 4])
    with running(
        *BUNDLE, "--source", f"wav:{path}", "--pace", "fast", "--broker", broker.url
    ) as daemon:
        status, errors = daemon.wait()
    assert status == 0, errors
    assert errors.count("WARNING soundpost.capture") == 1
    assert "cut short" in errors
    messages = subscriber.wait_for(is_offline)
    states = [json.loads(m.payload)["state"] for m in messages if m.topic == DETECTIONS]
    assert states == ["started", "confirmed", "ended"]
    assert [m.payload for m in messages if m.topic == SIREN][-1] == b"OFF"
    with Subscriber(broker.port, SIREN) as late:
        assert late.wait_for(bool)[0] == Received(SIREN, b"OFF", 1, retain=True, at_seconds=0.0)


def test_a_failure_in_the_middle_ends_the_event_first(
    tmp_path: Path, broker: Broker, subscriber: Subscriber, sound: np.ndarray
) -> None:
    """A NaN is an error, status 1; the event that was running has ended before it."""
    path = tmp_path / "night.wav"
    signal_ = sound / 32_768.0
    signal_[9 * RATE_HZ] = np.nan
    soundfile.write(path, signal_, RATE_HZ, "FLOAT")
    with running(
        *BUNDLE, "--source", f"wav:{path}", "--pace", "fast", "--broker", broker.url
    ) as daemon:
        status, errors = daemon.wait()
    assert status == 1
    assert "near 9.0 s" in errors
    messages = subscriber.wait_for(is_offline)
    states = [json.loads(m.payload)["state"] for m in messages if m.topic == DETECTIONS]
    assert states == ["started", "confirmed", "ended"]


def test_listen_reads_damaged_files_with_a_warning_and_status_0(
    tmp_path: Path, sound: np.ndarray
) -> None:
    """Names that are not UTF-8 and pipes are read, too; a file without sound is status 1."""
    plain, killed = tmp_path / "plain.wav", tmp_path / "killed.wav"
    soundfile.write(plain, sound, RATE_HZ)
    content = bytearray(plain.read_bytes())
    content[40:44] = (2_048).to_bytes(4, "little")
    killed.write_bytes(content)
    odd = tmp_path / os.fsdecode(b"bad\xff\xfename.wav")
    shutil.copy(plain, odd)
    expected = [("started", "siren"), ("confirmed", "siren"), ("ended", "siren")]
    done = soundpost("listen", *BUNDLE, str(plain), str(killed), str(odd))
    assert done.returncode == 0, done.stderr
    assert events(done.stdout) == expected * 3
    assert json.loads(done.stdout.splitlines()[-1])["clip"] == rf"{tmp_path}/bad\xff\xfename.wav"
    assert done.stderr.count("WARNING") == 1
    with plain.open("rb") as file:
        piped = subprocess.run(
            [SOUNDPOST, "listen", *BUNDLE, "/dev/stdin"],
            stdin=file,
            capture_output=True,
            check=True,
        )
    assert events(piped.stdout.decode()) == expected
    (tmp_path / "none.wav").write_bytes(content[:44])
    done = soundpost("listen", *BUNDLE, str(tmp_path / "none.wav"), str(plain))
    assert done.returncode == 1
    assert "has no samples" in done.stderr
    assert events(done.stdout) == expected


@pytest.mark.skipif(shutil.which(PROGRAM) is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize(
    "options",
    [
        ("x.mp3", "-q:a", "4"),
        ("x.opus", "-c:a", "libopus", "-b:a", "24k"),
        ("x.m4a", "-c:a", "aac"),
        ("x.ogg", "-c:a", "libvorbis"),
    ],
    ids=lambda options: options[0],
)
def test_a_compressed_recording_has_the_events_of_the_wav(
    tmp_path: Path, sound: np.ndarray, options: tuple[str, ...]
) -> None:
    """Encoded by ffmpeg: the same events, and no warning."""
    soundfile.write(tmp_path / "x.wav", sound, RATE_HZ)
    path = tmp_path / options[0]
    command = [PROGRAM, "-v", "error", "-i", str(tmp_path / "x.wav"), *options[1:], str(path)]
    subprocess.run(command, check=True)
    done = soundpost("listen", *BUNDLE, str(path))
    assert done.returncode == 0, done.stderr
    assert events(done.stdout) == [(s, "siren") for s in ("started", "confirmed", "ended")]
    assert "WARNING" not in done.stderr


def test_a_fifo_without_a_writer_obeys_sigterm(tmp_path: Path, broker: Broker) -> None:
    """`run` waits for the first byte without hanging in `open`, and stops at once."""
    os.mkfifo(tmp_path / "pipe")
    with running(*BUNDLE, "--source", f"wav:{tmp_path / 'pipe'}", "--broker", broker.url) as daemon:
        assert daemon.process.stderr
        while "connected to" not in daemon.process.stderr.readline():
            pass
        started_seconds = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        status, _ = daemon.wait()
    assert status == 0
    assert time.monotonic() - started_seconds < 8.0
