"""Everything that follows the capture, at the lowest and the highest rates of capture."""

import io
import os
import threading

import numpy as np
import pytest
import soundfile

from soundpost.audio import level_dbfs
from soundpost.capture.stream.pcm import PcmOptions, PcmSource
from soundpost.evidence.encode.flac import encode_flac
from soundpost.evidence.ring_buffer import RingBuffer
from soundpost.health import Health
from soundpost.monitor import MicrophoneMonitor
from soundpost.publish.level import LevelReporter

SECONDS = 4


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 96_000, 384_000])
def test_monitor_level_and_clips_work_at_every_rate(rate_hz: int) -> None:
    """No samples are lost, the level is that of the sound, and a clip is lossless."""
    tone = np.sin(2 * np.pi * 1_000 * np.arange(SECONDS * rate_hz) / rate_hz)
    sound = np.rint(8_192 * tone).astype("<i2")
    read_end, write_end = os.pipe()

    def write() -> None:
        with os.fdopen(write_end, "wb") as file:
            file.write(sound.tobytes())

    writer = threading.Thread(target=write)
    writer.start()
    health, levels = Health(), list[float]()
    monitor = MicrophoneMonitor(rate_hz)
    level, ring = LevelReporter(rate_hz, levels.append), RingBuffer(2 * rate_hz)
    options = PcmOptions("s16le", rate_hz, 1, pace="fast")
    with PcmSource(options, rate_hz, health, read_end) as source:
        for chunk in source.chunks():
            assert chunk is not None
            monitor.on_chunk(chunk)
            level.on_chunk(chunk)
            ring.append(chunk)
    writer.join()
    os.close(read_end)
    assert health == Health(samples=SECONDS * rate_hz)
    assert monitor.problems == ()
    assert levels == [pytest.approx(level_dbfs(sound), abs=0.01)] * SECONDS
    start, clip = ring.cut((SECONDS - 1) * rate_hz, SECONDS * rate_hz)
    decoded, decoded_hz = soundfile.read(io.BytesIO(encode_flac(clip, rate_hz)), dtype="int16")
    assert decoded_hz == rate_hz
    np.testing.assert_array_equal(decoded, sound[start:])
