"""Trying a source for a moment."""

import os
import shutil
from pathlib import Path

import pytest
import soundfile
from sound_server import RATE_HZ, radio, tone

from soundpost.audio import level_dbfs
from soundpost.capture.probe import probe_source
from soundpost.capture.stream import pcm
from soundpost.config import CaptureConfig
from soundpost.errors import ConfigError


def test_a_file_is_read_for_three_seconds(tmp_path: Path) -> None:
    """At once, whatever its pace, and without its end."""
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(RATE_HZ * 5).astype("<i2"), RATE_HZ)
    found, chunks = probe_source(CaptureConfig(source=f"wav:{path}"), RATE_HZ)
    assert found.startswith(f"{path}: 48")
    assert chunks[-1].end_sample == pytest.approx(3 * RATE_HZ, abs=RATE_HZ // 10)


def test_raw_pcm_is_described_by_its_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rate, its channels and its encoding are what was configured."""
    read_end, write_end = os.pipe()
    os.write(write_end, tone(8_000).astype("<i2").tobytes())
    os.close(write_end)
    monkeypatch.setattr(pcm, "_standard_input", lambda: read_end)
    config = CaptureConfig(source="pcm:-", rate_hz=8_000, channels=2)
    found, chunks = probe_source(config, RATE_HZ)
    os.close(read_end)
    assert found.startswith("pcm:-: 8000 Hz, ")
    assert found.endswith("of 2, s16le: 8000 samples")
    assert sum(len(chunk.samples) for chunk in chunks) == 8_000


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_a_stream_is_recorded_for_three_seconds() -> None:
    """The rate and the channels are what ffmpeg found."""
    with radio() as server:
        found, chunks = probe_source(CaptureConfig(source=f"ffmpeg:{server.url}"), 8_000)
    assert found.startswith(f"{server.url}: {RATE_HZ} Hz, channel 1 of 1: 24")
    assert level_dbfs(chunks[-1].samples) == pytest.approx(-9.0, abs=0.1)


def test_a_password_file_that_everyone_can_read_is_refused(tmp_path: Path) -> None:
    """As that of the broker; nothing is connected to."""
    path = tmp_path / "password"
    path.write_text("secret")
    path.chmod(0o644)
    config = CaptureConfig(source="rtsp://me@cam/", password_file=str(path))
    with pytest.raises(ConfigError, match=r"capture\.password_file .* every user"):
        probe_source(config, RATE_HZ)
