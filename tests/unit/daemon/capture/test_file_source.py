"""A sound file as a source: formats, pace and memory."""

import threading
import time
import tracemalloc
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from soundpost.audio import Chunk, samples_to_ns
from soundpost.audio.channels import ChannelChoice
from soundpost.capture import FileSource
from soundpost.capture.file_source import CHUNK_SECONDS
from soundpost.errors import CaptureError
from soundpost.health import Health

RATE_HZ = 16_000
STARTS_AT_NS = 1_700_000_000_000_000_123

# All examples of a property share one folder; each overwrites its file.
one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path, sample_rate_hz: int = RATE_HZ, health: Health | None = None) -> list[Chunk]:
    """Returns all chunks of a file, at the fast pace."""
    with FileSource(
        path, sample_rate_hz, pace="fast", starts_at_ns=STARTS_AT_NS, health=health or Health()
    ) as source:
        return [chunk for chunk in source.chunks() if chunk]


def samples_of(chunks: list[Chunk]) -> NDArray[np.int16]:
    """Returns all samples, and asserts that the chunks follow each other."""
    position = 0
    for chunk in chunks:
        assert chunk.start_sample == position
        assert chunk.samples.dtype == np.int16
        assert len(chunk.samples) > 0
        assert chunk.utc_ns == STARTS_AT_NS + samples_to_ns(position, RATE_HZ)
        position = chunk.end_sample
    return np.concatenate([chunk.samples for chunk in chunks])


def noise(frames: int, channels: int = 1) -> NDArray[np.int16]:
    """Returns noise, int16[frames, channels]."""
    generator = np.random.default_rng(frames)
    return generator.integers(-32_768, 32_768, (frames, channels), np.int16)


@one_folder
@given(st.integers(1, 9_000), st.sampled_from(["wav", "flac", "w64", "aiff", "au", "rf64", "caf"]))
def test_mono_16_bit_at_the_rate_comes_out_bit_for_bit(
    tmp_path: Path, frames: int, container: str
) -> None:
    """No sample is lost, added or changed, for any length and container."""
    sound = noise(frames)
    path = tmp_path / f"sound.{container}"
    soundfile.write(path, sound, RATE_HZ, subtype="PCM_16", format=container.upper())
    health = Health()
    np.testing.assert_array_equal(samples_of(read(path, health=health)), sound[:, 0])
    assert health == Health(samples=frames)


@one_folder
@given(
    st.sampled_from([8_000, 11_025, RATE_HZ, 48_000]), st.integers(1, 3), st.integers(10, 20_000)
)
def test_the_sound_does_not_depend_on_the_length_of_chunks(
    tmp_path: Path, rate_hz: int, channels: int, frames: int
) -> None:
    """At the fast pace they are longer."""
    path = tmp_path / "sound.wav"
    soundfile.write(path, noise(frames, channels), rate_hz)
    whole = samples_of(read(path))
    for seconds in (0.01, 0.1, 0.7, 5.0):
        with mock.patch.dict(CHUNK_SECONDS, {"fast": seconds}):
            np.testing.assert_array_equal(samples_of(read(path)), whole)


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
    """The duration stays, and a slow tone keeps its phase, within the format's own step."""
    path = tmp_path / "sound.wav"
    tone = 0.5 * np.sin(2 * np.pi * 200 * np.arange(frames) / rate_hz)
    sound = np.repeat(tone[:, np.newaxis], channels, axis=1)
    soundfile.write(path, sound, rate_hz, subtype=subtype)
    samples = samples_of(read(path))
    assert abs(len(samples) - frames * RATE_HZ / rate_hz) <= 0.5
    expected = 16_384 * np.sin(2 * np.pi * 200 * np.arange(len(samples)) / RATE_HZ)
    # The filter rings at an abrupt start and end, but not in the middle.
    edge = 0 if rate_hz == RATE_HZ else len(samples) * 2 // 5
    inside = slice(edge, len(samples) - edge)
    ringing = 0 if rate_hz == RATE_HZ else 80
    off = np.abs(samples[inside] - expected[inside]).max(initial=0)
    assert off <= TOLERANCE[subtype] + ringing


@pytest.mark.parametrize(
    ("channel", "expected"),
    [("auto", 2), ("right", 2), (3, 3), ("mix", None)],
)
def test_the_chosen_channel_is_read(
    tmp_path: Path, channel: ChannelChoice, expected: int | None
) -> None:
    """By default it is the one that carries the sound."""
    sound = np.stack(
        [0 * noise(9_000)[:, 0], noise(9_000)[:, 0] // 2, noise(9_001)[1:, 0] // 90], 1
    )
    path = tmp_path / "sides.wav"
    soundfile.write(path, sound, RATE_HZ)
    with FileSource(
        path, RATE_HZ, pace="fast", starts_at_ns=STARTS_AT_NS, health=Health(), channel=channel
    ) as source:
        samples = samples_of([chunk for chunk in source.chunks() if chunk is not None])
    mean = np.rint(sound.astype(np.float32).mean(axis=1))
    np.testing.assert_array_equal(samples, mean if expected is None else sound[:, expected - 1])


def test_a_channel_that_the_file_does_not_have_is_refused(tmp_path: Path) -> None:
    """The error names the file and its number of channels."""
    soundfile.write(tmp_path / "mono.wav", noise(100), RATE_HZ)
    with (
        FileSource(
            tmp_path / "mono.wav",
            RATE_HZ,
            pace="fast",
            starts_at_ns=0,
            health=Health(),
            channel="right",
        ) as source,
        pytest.raises(CaptureError, match=r"mono\.wav: expected at least 2 channels .* 1 channel"),
    ):
        list(source.chunks())


def test_seven_channels_are_mixed(tmp_path: Path) -> None:
    """The mix is the rounded mean of all channels."""
    sound = noise(1_000, 7)
    soundfile.write(tmp_path / "seven.wav", sound, RATE_HZ)
    mixed = np.rint(sound.astype(np.float32).mean(axis=1))
    np.testing.assert_array_equal(samples_of(read(tmp_path / "seven.wav")), mixed)


def test_a_long_file_is_read_piece_by_piece(tmp_path: Path) -> None:
    """Ten minutes of stereo at 48 kHz (115 MB) take less than 4 MB to read."""
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 48_000, 2, "PCM_16") as file:
        for _ in range(600):
            file.write(np.zeros((48_000, 2), np.int16))
    with FileSource(path, RATE_HZ, pace="fast", starts_at_ns=0, health=Health()) as source:
        tracemalloc.start()
        total = sum(len(chunk.samples) for chunk in source.chunks() if chunk)
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert total == 600 * RATE_HZ
    assert peak_bytes < 4e6


def test_the_format_is_taken_from_the_content_not_from_the_name(tmp_path: Path) -> None:
    """A WAV file named .raw is read as WAV."""
    soundfile.write(tmp_path / "sound.wav", noise(100), RATE_HZ)
    (tmp_path / "sound.wav").rename(tmp_path / "sound.raw")
    assert len(samples_of(read(tmp_path / "sound.raw"))) == 100


def test_at_a_real_pace_no_chunk_comes_before_its_sound_is_over(tmp_path: Path) -> None:
    """A chunk is not yielded before its last sample would have been captured."""
    soundfile.write(tmp_path / "half.wav", noise(8_000), RATE_HZ)
    started_seconds = time.monotonic()
    with FileSource(
        tmp_path / "half.wav", RATE_HZ, pace="real", starts_at_ns=0, health=Health()
    ) as source:
        for chunk in source.chunks():
            assert chunk
            assert time.monotonic() - started_seconds >= chunk.end_sample / RATE_HZ


def test_a_fast_pace_does_not_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is read without a single sleep."""

    def refuse(_seconds: float) -> None:
        pytest.fail("slept")

    monkeypatch.setattr(time, "sleep", refuse)
    soundfile.write(tmp_path / "second.wav", noise(RATE_HZ), RATE_HZ)
    assert len(samples_of(read(tmp_path / "second.wav"))) == RATE_HZ


def test_stop_from_another_thread_ends_a_real_pace(tmp_path: Path) -> None:
    """`stop` ends the chunks before the end of the file, without an error about it."""
    soundfile.write(tmp_path / "minute.wav", noise(60 * RATE_HZ), RATE_HZ)
    with FileSource(
        tmp_path / "minute.wav", RATE_HZ, pace="real", starts_at_ns=0, health=Health()
    ) as source:
        chunks = source.chunks()
        next(chunks)
        stopping = threading.Thread(target=source.stop)
        stopping.start()
        stopping.join()
        assert not list(chunks)


def test_stop_before_the_first_chunk_yields_nothing(tmp_path: Path) -> None:
    """A signal that arrives early takes effect."""
    soundfile.write(tmp_path / "sound.wav", noise(100), RATE_HZ)
    with FileSource(
        tmp_path / "sound.wav", RATE_HZ, pace="fast", starts_at_ns=0, health=Health()
    ) as source:
        source.stop()
        assert not list(source.chunks())


def test_leaving_closes_the_file(tmp_path: Path) -> None:
    """No descriptor stays open after a file was read or refused."""
    soundfile.write(tmp_path / "sound.wav", noise(100), RATE_HZ)
    (tmp_path / "bad.wav").write_bytes(b"no sound")
    before = len(list(Path("/proc/self/fd").iterdir()))
    read(tmp_path / "sound.wav")
    with pytest.raises(CaptureError):
        read(tmp_path / "bad.wav")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
