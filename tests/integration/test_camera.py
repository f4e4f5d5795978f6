"""A camera as the source: its sound, and the ways in which it is lost and comes back."""

import logging
import os
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from camera_losses import LOGIN, LOSSES, PASSWORD, USER, Change, holds_password
from rtsp_server import MakeCamera
from stream_recorder import StreamRecorder, children, recorded

from soundpost.audio import level_dbfs
from soundpost.capture.stream.address import parse_address
from soundpost.capture.stream.options import StreamLimits, StreamOptions
from soundpost.capture.stream.reconnect import ReconnectingStream
from soundpost.health import Health

RATE_HZ = 16_000
TONE_HZ = 1_000.0
LIMITS = StreamLimits(stall_seconds=2.0)
"""Shorter than in the daemon, so that the test is."""


def build(
    url: str, password: str | None = None, health: Health | None = None
) -> ReconnectingStream:
    """Builds the source of a URL."""
    options = StreamOptions(parse_address(url), RATE_HZ, password, limits=LIMITS)
    return ReconnectingStream(options, health or Health())


def record_seconds(
    recorder: StreamRecorder, seconds: float
) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """Returns the sound after some seconds of it were recorded."""
    while sum(len(chunk.samples) for chunk in recorder.chunks) < seconds * RATE_HZ:
        recorder.wait_for_sound(time.monotonic())
    return np.concatenate([chunk.samples for chunk in recorder.chunks])


def dominant_hz(samples: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> float:
    """Returns the frequency with the most power."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * RATE_HZ / len(samples)


def test_the_sound_of_a_camera_is_recorded(make_camera: MakeCamera) -> None:
    """The tone of the camera arrives at its level, without a gap, and its video does not matter."""
    health = Health()
    with recorded(build(make_camera().url(), health=health)) as recorder:
        samples = record_seconds(recorder, 2.0)
        chunks = list(recorder.chunks)
    assert dominant_hz(samples) == pytest.approx(TONE_HZ, abs=2.0)
    assert level_dbfs(samples) == pytest.approx(-5.0, abs=1.0)  # a sine at 0.8 of full scale
    assert [chunk.start_sample for chunk in chunks[1:]] == [
        chunk.end_sample for chunk in chunks[:-1]
    ]
    assert (health.overflows, health.reopens) == (0, 0)
    assert chunks[-1].utc_ns / 1e9 == pytest.approx(time.time(), abs=5.0)


def test_the_channel_that_carries_the_sound_is_used(make_camera: MakeCamera) -> None:
    """The rules for the channels of a card are those for the channels of a stream."""
    with recorded(build(make_camera().url("stereo"))) as recorder:
        samples = record_seconds(recorder, 2.0)
    assert level_dbfs(samples[RATE_HZ:]) == pytest.approx(-5.0, abs=1.0)


@pytest.mark.parametrize("method", [(), ("--basic",)], ids=["digest", "basic"])
def test_a_password_reaches_the_camera_and_nothing_else(
    make_camera: MakeCamera, method: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    """It is in no argument and in no environment of the child, and in no line of the log."""
    camera = make_camera(*LOGIN, *method)
    with (
        caplog.at_level(logging.DEBUG),
        recorded(build(camera.url(user=USER), PASSWORD)) as recorder,
    ):
        recorder.wait_for_sound()
        (child,) = children(parent=os.getpid())
        assert USER.encode() not in Path(f"/proc/{child}/cmdline").read_bytes()
        assert not holds_password(Path(f"/proc/{child}/cmdline").read_bytes())
        assert not holds_password(Path(f"/proc/{child}/environ").read_bytes())
        camera.kill()
        recorder.wait_for_loss()
    assert not holds_password(caplog.text.encode())


@pytest.mark.parametrize(
    ("options", "path", "message"),
    [
        ((*LOGIN[:3], "another"), "camera", "401 Unauthorized"),
        (LOGIN, "absent", "404 Not Found"),
        (LOGIN, "video", "method PLAY failed"),
    ],
    ids=["password", "path", "no sound"],
)
def test_a_camera_that_refuses_is_reported_without_the_password(
    make_camera: MakeCamera,
    caplog: pytest.LogCaptureFixture,
    options: tuple[str, ...],
    path: str,
    message: str,
) -> None:
    """The log has the reason and a hint, once."""
    camera = make_camera(*options)
    with recorded(build(camera.url(path, user=USER), PASSWORD)) as recorder:
        deadline = time.monotonic() + 30.0
        while message not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.05)
        assert recorder.error is None
    assert sum(message in record.getMessage() for record in caplog.records) == 1
    assert "hint:" in caplog.text
    assert not holds_password(caplog.text.encode())


@pytest.mark.parametrize(("lose", "restore"), LOSSES.values(), ids=LOSSES)
def test_a_camera_that_was_lost_is_recorded_again(
    make_camera: MakeCamera, lose: Change, restore: Change
) -> None:
    """Its absence is one gap of the right length, and at no time there are two children."""
    camera, health = make_camera(*LOGIN), Health()
    with recorded(build(camera.url(user=USER), PASSWORD, health)) as recorder:
        recorder.wait_for_sound()
        lose(camera)
        recorder.wait_for_loss()
        assert len(children(parent=os.getpid())) <= 1
        time.sleep(1.0)  # another attempt is made
        restore(camera)
        recorder.wait_for_sound(time.monotonic())
        chunks = list(recorder.chunks)
        assert len(children(parent=os.getpid())) == 1
    assert children(parent=os.getpid()) == []
    assert health.reopens == 1
    gaps = [
        (after.start_sample - before.end_sample, after.utc_ns - before.utc_ns)
        for before, after in pairwise(chunks)
        if after.start_sample != before.end_sample
    ]
    assert len(gaps) == 1
    samples, nanoseconds = gaps[0]
    assert samples / RATE_HZ == pytest.approx(nanoseconds / 1e9, abs=0.3)
