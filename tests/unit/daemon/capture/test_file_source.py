"""A sound file as a source: every format, and every kind of garbage."""

import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from soundpost.audio import Chunk, samples_to_ns
from soundpost.capture import FileSource
from soundpost.errors import CaptureError
from soundpost.health import Health

RATE_HZ = 16_000
STARTS_AT_NS = 1_700_000_000_000_000_123

# One folder serves all examples of a property: each writes its file anew.
one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path, sample_rate_hz: int = RATE_HZ, health: Health | None = None) -> list[Chunk]:
    """All chunks of a file, as fast as it goes."""
    with FileSource(
        path, sample_rate_hz, pace="fast", starts_at_ns=STARTS_AT_NS, health=health or Health()
    ) as source:
        return list(source.chunks())


def samples_of(chunks: list[Chunk]) -> NDArray[np.int16]:
    """All samples, after a look that they follow each other."""
    position = 0
    for chunk in chunks:
        assert chunk.start_sample == position
        assert chunk.samples.dtype == np.int16
        assert len(chunk.samples) > 0
        assert chunk.utc_ns == STARTS_AT_NS + samples_to_ns(position, RATE_HZ)
        position = chunk.end_sample
    return np.concatenate([chunk.samples for chunk in chunks])


def noise(frames: int, channels: int = 1) -> NDArray[np.int16]:
    """int16[frames, channels] of noise."""
    generator = np.random.default_rng(frames)
    return generator.integers(-32_768, 32_768, (frames, channels), np.int16)


@one_folder
@given(st.integers(1, 9_000), st.sampled_from(["wav", "flac", "w64", "aiff", "au", "rf64", "caf"]))
def test_mono_16_bit_at_the_rate_comes_out_bit_for_bit(
    tmp_path: Path, frames: int, container: str
) -> None:
    """No sample is lost, invented or changed, whatever the length and the container."""
    sound = noise(frames)
    path = tmp_path / f"sound.{container}"
    soundfile.write(path, sound, RATE_HZ, subtype="PCM_16", format=container.upper())
    health = Health()
    np.testing.assert_array_equal(samples_of(read(path, health=health)), sound[:, 0])
    assert health == Health(samples=frames)


TOLERANCE = {"PCM_U8": 256, "PCM_16": 1, "PCM_24": 1, "PCM_32": 1, "FLOAT": 1, "DOUBLE": 1}


@one_folder
@given(
    st.sampled_from(sorted(TOLERANCE)),
    st.sampled_from([4_000, 8_000, 11_025, RATE_HZ, 22_050, 32_000, 44_100, 48_000, 96_000]),
    st.integers(1, 8),
    st.integers(2_000, 20_000),
)
def test_every_sample_format_rate_and_channel_count(
    tmp_path: Path, subtype: str, rate_hz: int, channels: int, frames: int
) -> None:
    """The duration stays, and a slow tone stays where it is, within the format's own step."""
    path = tmp_path / "sound.wav"
    tone = 0.5 * np.sin(2 * np.pi * 200 * np.arange(frames) / rate_hz)
    sound = np.repeat(tone[:, np.newaxis], channels, axis=1)
    soundfile.write(path, sound, rate_hz, subtype=subtype)
    samples = samples_of(read(path))
    assert abs(len(samples) - frames * RATE_HZ / rate_hz) <= 0.5
    expected = 16_384 * np.sin(2 * np.pi * 200 * np.arange(len(samples)) / RATE_HZ)
    # A filter rings where sound begins and ends abruptly; the middle is what it is.
    edge = 0 if rate_hz == RATE_HZ else len(samples) * 2 // 5
    inside = slice(edge, len(samples) - edge)
    ringing = 0 if rate_hz == RATE_HZ else 80
    off = np.abs(samples[inside] - expected[inside]).max(initial=0)
    assert off <= TOLERANCE[subtype] + ringing


def test_seven_channels_are_mixed(tmp_path: Path) -> None:
    """The mean of all channels, rounded."""
    sound = noise(1_000, 7)
    soundfile.write(tmp_path / "seven.wav", sound, RATE_HZ)
    mixed = np.rint(sound.astype(np.float32).mean(axis=1))
    np.testing.assert_array_equal(samples_of(read(tmp_path / "seven.wav")), mixed)


def test_a_long_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    """Ten minutes of stereo at 48 kHz (115 MB) take less than 4 MB to read."""
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 48_000, 2, "PCM_16") as file:
        for _ in range(600):
            file.write(np.zeros((48_000, 2), np.int16))
    with FileSource(path, RATE_HZ, pace="fast", starts_at_ns=0, health=Health()) as source:
        tracemalloc.start()
        total = sum(len(chunk.samples) for chunk in source.chunks())
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert total == 600 * RATE_HZ
    assert peak_bytes < 4e6


def test_the_content_says_what_a_file_is_not_its_name(tmp_path: Path) -> None:
    """A WAV named .raw is a WAV."""
    soundfile.write(tmp_path / "sound.wav", noise(100), RATE_HZ)
    (tmp_path / "sound.wav").rename(tmp_path / "sound.raw")
    assert len(samples_of(read(tmp_path / "sound.raw"))) == 100


def test_at_a_real_pace_no_chunk_comes_before_its_sound_is_over(tmp_path: Path) -> None:
    """As with a microphone: a chunk's last sample must have been heard."""
    soundfile.write(tmp_path / "half.wav", noise(8_000), RATE_HZ)
    begun_seconds = time.monotonic()
    with FileSource(
        tmp_path / "half.wav", RATE_HZ, pace="real", starts_at_ns=0, health=Health()
    ) as source:
        for chunk in source.chunks():
            assert time.monotonic() - begun_seconds >= chunk.end_sample / RATE_HZ


def test_a_fast_pace_does_not_wait(tmp_path: Path) -> None:
    """An hour is read in far less."""
    with soundfile.SoundFile(tmp_path / "hour.wav", "w", 4_000, 1, "PCM_U8") as file:
        for _ in range(3_600):
            file.write(np.zeros(4_000, np.int16))
    begun_seconds = time.monotonic()
    assert sum(len(chunk.samples) for chunk in read(tmp_path / "hour.wav")) == 3_600 * RATE_HZ
    assert time.monotonic() - begun_seconds < 120


def test_stop_from_another_thread_ends_a_real_pace(tmp_path: Path) -> None:
    """`stop` ends an hour's file at once, without an error about its end."""
    with soundfile.SoundFile(tmp_path / "hour.wav", "w", RATE_HZ, 1, "PCM_16") as file:
        for _ in range(3_600):
            file.write(np.zeros(RATE_HZ, np.int16))
    with FileSource(
        tmp_path / "hour.wav", RATE_HZ, pace="real", starts_at_ns=0, health=Health()
    ) as source:
        threading.Timer(0.2, source.stop).start()
        seconds = sum(len(chunk.samples) for chunk in source.chunks()) / RATE_HZ
    assert seconds < 60


def test_stop_before_the_beginning_gives_nothing(tmp_path: Path) -> None:
    """A signal that comes early is not forgotten."""
    soundfile.write(tmp_path / "sound.wav", noise(100), RATE_HZ)
    with FileSource(
        tmp_path / "sound.wav", RATE_HZ, pace="fast", starts_at_ns=0, health=Health()
    ) as source:
        source.stop()
        assert not list(source.chunks())


def test_leaving_closes_the_file(tmp_path: Path) -> None:
    """No descriptor stays open, whether reading went well or a file was refused."""
    soundfile.write(tmp_path / "sound.wav", noise(100), RATE_HZ)
    (tmp_path / "bad.wav").write_bytes(b"no sound")
    before = len(list(Path("/proc/self/fd").iterdir()))
    read(tmp_path / "sound.wav")
    with pytest.raises(CaptureError):
        read(tmp_path / "bad.wav")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
